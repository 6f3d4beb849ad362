import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textWidth } from '../render/fonts';
import type { Axis } from './axes';
import { chart } from './chart';
import { alternativeText, describe } from './describe';
import { type Figure, type JsonObject, roundedValues } from './figure';
import { band, heatmap, histogram, label, line, type Mark, points, rule } from './marks';
import { channels, palette, resolveColor, seriesColors, shades } from './palette';
import { panels } from './panels';
import { withWaitingNote } from './waiting';

/** A chart of these marks. */
function of(...marks: Mark[]): Figure {
  return chart({ title: 'A finding', x: 'x', y: 'y', marks });
}

const style = (trace: JsonObject | undefined, key: 'line' | 'marker') => trace?.[key] as JsonObject;

test('a chart is plain JSON with the title, the axes and the series', () => {
  const figure = chart({
    title: 'The smaller s, the larger the weights',
    x: { title: 'width d', log: true, range: [1, 1000] },
    y: 'σ²',
    marks: [
      line([1, 10], [2, 0.2], { name: 'exact', dash: 'dash' }),
      points([1, 10], [2.1, 0.19], { name: 'simulated', error: [0.1, 0.02], symbol: 'square' }),
    ],
  });
  assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
  assert.deepEqual(figure.data, [
    {
      type: 'scatter',
      x: [1, 10],
      y: [2, 0.2],
      mode: 'lines',
      line: { color: palette.blue, dash: 'dash', width: 2.5 },
      name: 'exact',
      legendgroup: 'exact',
      showlegend: true,
    },
    {
      type: 'scatter',
      x: [1, 10],
      y: [2.1, 0.19],
      error_y: { type: 'data', array: [0.1, 0.02], thickness: 1.5, width: 4 },
      mode: 'markers',
      marker: { color: palette.vermilion, symbol: 'square', size: 8 },
      name: 'simulated',
      legendgroup: 'simulated',
      showlegend: true,
    },
  ]);
  const { layout } = figure;
  assert.equal((layout.title as JsonObject).text, 'The smaller s, the larger the weights');
  const x = layout.xaxis as JsonObject;
  assert.deepEqual([x.type, x.range, (x.title as JsonObject).text], ['log', [0, 3], 'width d']);
  assert.equal((layout.yaxis as JsonObject).type, 'linear');
  assert.deepEqual([layout.autosize, layout.width, layout.height], [true, undefined, 430]);
});

test('what is misspelt in a cell is a type error, and refused when it is run', () => {
  // @ts-expect-error colour is not an option
  assert.throws(() => line([1], [1], { colour: 'blue' }), /^TypeError: options may have .* got "colour"$/);
  // @ts-expect-error no such dash
  assert.throws(() => line([1], [1], { dash: 'dashed' }), /^RangeError: dash must be one of 'solid', /);
  // @ts-expect-error labels are not numbers
  assert.throws(() => line(['1'], [1]));
  // @ts-expect-error xlabel is not an option
  assert.throws(() => chart({ title: 't', x: 'x', y: 'y', xlabel: 'x', marks: [] }), /got "xlabel"$/);
  // @ts-expect-error a colour has a name of the palette or is #rrggbb
  assert.throws(() => line([1], [1], { color: 'red' }));
  const figure: Figure = of(line([1], [1]));
  const withSlider: Figure = {
    ...figure,
    layout: { ...figure.layout, sliders: [{ active: 0, steps: [{ method: 'animate', args: [['s = 1']] }] }] },
    frames: [{ name: 's = 1', data: [{ y: [2] }] }],
  };
  assert.equal(withSlider.frames?.length, 1);
});

test('marks of one name are one series: one colour, one entry in the legend', () => {
  const { data } = of(
    band([1, 2], [0, 1], [2, 3], { name: 'a' }),
    line([1, 2], [1, 2], { name: 'a' }),
    points([1, 2], [1, 2], { name: 'b', color: 'green' }),
    line([1, 2], [1, 2], { name: 'b' }),
    line([1, 2], [1, 2]),
  );
  assert.deepEqual(
    data.map((trace) => String(style(trace, trace.mode === 'markers' ? 'marker' : 'line').color)),
    [palette.blue, palette.blue, palette.green, palette.green, palette.vermilion],
  );
  assert.deepEqual(
    data.map((trace) => trace.showlegend),
    [false, true, true, false, false],
  );
});

test('a band alone is in the legend', () => {
  assert.equal(of(band([1, 2], [0, 1], [2, 3], { name: 'a' })).data[0]!.showlegend, true);
});

test('colours start again after the sixth series', () => {
  const { data } = of(...Array.from({ length: 7 }, (_, i) => line([1], [1], { name: String(i) })));
  assert.deepEqual(
    data.map((trace) => style(trace, 'line').color),
    [...seriesColors, palette.blue],
  );
});

test('a band is an outline, in pieces where a value is missing', () => {
  const [piece] = of(band([1, 2, 3, 4, 5], [0, 0, Number.NaN, 1, 2], [1, 2, 3, 4, Infinity])).data;
  assert.deepEqual(piece!.x, [1, 2, 2, 1, null, 4, 4]);
  assert.deepEqual(piece!.y, [1, 2, 0, 0, null, 4, 1]);
  assert.equal(piece!.fillcolor, 'rgba(0, 114, 178, 0.3)');
});

test('on a logarithmic axis a band that reaches 0 ends at the axis', () => {
  const marks = [band([1, 2], [0.5, -1], [2, 3])];
  const logarithmic = chart({ title: 't', x: 'x', y: { title: 'y', log: true }, marks });
  assert.deepEqual(logarithmic.data[0]!.y, [2, 3, 0.1, 0.5]);
  const range = (logarithmic.layout.yaxis as JsonObject).range as number[];
  assert.equal(range[0], -1);
  assert.ok(10 ** range[1]! > 3);
  const ranged = chart({ title: 't', x: 'x', y: { title: 'y', log: true, range: [0.01, 10] }, marks });
  assert.deepEqual(ranged.data[0]!.y, [2, 3, 0.01, 0.5]);
  assert.deepEqual(of(...marks).data[0]!.y, [2, 3, -1, 0.5]);
});

test('a logarithmic axis of a few decades is labelled at the decades, a shorter one at 2 and 5 too', () => {
  const dtick = (values: number[]) =>
    (
      chart({ title: 't', x: { title: 'x', log: true }, y: 'y', marks: [line(values, values)] }).layout
        .xaxis as JsonObject
    ).dtick;
  assert.equal(dtick([1, 100]), 1);
  assert.equal(dtick([0, 1, 100]), 1);
  assert.equal(dtick([1, 50]), 'D2');
  assert.equal(dtick([1, 3]), undefined);
  assert.equal(dtick([1, 1e9]), undefined);
  assert.equal(dtick([-1, 0]), undefined);
});

test('a histogram is a density of the finite values', () => {
  const sample = [0, 0.4, 1, 1.5, 2, 9, -Infinity, Number.NaN];
  const [{ x, y, width, marker }] = of(histogram(sample, { bins: 2, range: [0, 2] })).data as [JsonObject];
  assert.deepEqual(x, [0.5, 1.5]);
  assert.deepEqual(y, [0.333333, 0.5]); // 2 and 3 of 6 values, in bins 1 wide
  assert.equal(width, 1);
  assert.deepEqual(marker, { color: palette.blue, opacity: 0.35 });
  const all = of(histogram(sample, { bins: 30 })).data[0]!;
  const area = (all.y as number[]).reduce((sum, height) => sum + height * Number(all.width), 0);
  assert.ok(Math.abs(area - 1) < 1e-4); // heights have 5 digits
  assert.deepEqual(of(histogram([3, 3], { bins: 1 })).data[0]!.y, [1]);
});

test('a heat map keeps its rows and leaves what is not finite white', () => {
  const z = [Float64Array.of(1, 2, Number.NaN), [4, 5, 6]];
  const map = heatmap([1, 2, 3], [10, 20], z, { title: 'shift', center: 0, range: [-6, 6] });
  const [trace] = of(map, line([1], [1], { name: 'a' })).data;
  assert.deepEqual(trace!.z, [
    [1, 2, null],
    [4, 5, 6],
  ]);
  assert.deepEqual([trace!.zmin, trace!.zmid, trace!.zmax], [-6, 0, 6]);
  assert.equal((trace!.colorbar as JsonObject & { title: JsonObject }).title.text, 'shift');
  assert.equal(
    style(of(map, line([1], [1], { name: 'a' })).data[1], 'line').color,
    palette.blue,
    'a heat map uses up no colour',
  );
});

test('rules and labels', () => {
  const { layout, data } = of(
    rule({ x: 64, label: 'width 64' }),
    rule({ y: 0, color: 'black' }),
    label(1, 2, 'here', { side: 'above', color: 'blue' }),
  );
  const shapes = layout.shapes as JsonObject[];
  assert.deepEqual(
    shapes.map(({ xref, x0, x1, yref, y0, y1 }) => [xref, x0, x1, yref, y0, y1]),
    [
      ['x', 64, 64, 'y domain', 0, 1],
      ['x domain', 0, 1, 'y', 0, 0],
    ],
  );
  assert.equal((shapes[0]!.label as JsonObject).text, 'width 64');
  assert.equal((shapes[1]!.line as JsonObject).color, palette.black);
  assert.deepEqual([data[0]!.text, data[0]!.textposition], [['here'], 'top center']);
});

test("a rule's label turns to the other side where the axis ends", () => {
  const turned = (rules: Mark[], axes: { x?: Axis; y?: Axis } = {}) => {
    const figure = chart({ title: 't', x: 'x', y: 'y', ...axes, marks: [line([1, 10], [1, 100]), ...rules] });
    return (figure.layout.shapes as JsonObject[]).map(({ label }) => {
      const { xanchor, yanchor } = label as JsonObject;
      return `${xanchor} ${yanchor}`;
    });
  };
  const above = 'right bottom'; // of its line, at the right end
  assert.deepEqual(turned([20, 99, 120].map((y) => rule({ y, label: 'a' }))), [above, above, 'right top']);
  assert.deepEqual(turned([rule({ y: 95, label: 'a' })]), ['right top']);
  assert.deepEqual(turned([rule({ y: 95, label: 'a' })], { y: { title: 'y', range: [0, 200] } }), [above]);
  assert.deepEqual(turned([rule({ y: 60, label: 'a' })], { y: { title: 'y', log: true } }), [above]);
  assert.deepEqual(turned([rule({ y: 90, label: 'a' })], { y: { title: 'y', log: true } }), ['right top']);
  const right = 'left top'; // of its line, at the upper end
  assert.deepEqual(turned([5, 9].map((x) => rule({ x, label: 'a' }))), [right, 'right top']);
});

test('values keep what can be seen: 5 digits of themselves and of their spread', () => {
  assert.deepEqual(roundedValues('x', [-100, 2 / 3, 1e-9 / 3]), [-100, 0.66667, 3.3333e-10]);
  assert.deepEqual(roundedValues('x', [1000.01234567, 1000.02345678]), [1000.012346, 1000.023457]);
  assert.deepEqual(roundedValues('x', [0, -0.1, 0.2]), [0, -0.1, 0.2]);
  assert.deepEqual(roundedValues('x', [123456789]), [123456789]);
  assert.deepEqual(roundedValues('x', new Float32Array([0.5, Number.NaN, Infinity])), [0.5, null, null]);
  assert.deepEqual(roundedValues('x', [Number.NaN, Infinity]), [null, null]);
  assert.deepEqual(roundedValues('x', []), []);
  assert.throws(() => roundedValues('x', [1, undefined as unknown as number]), {
    name: 'TypeError',
    message: 'x[1] must be a number; got undefined',
  });
});

test('a title leaves room for the buttons of Plotly', () => {
  // oracle: DejaVu Sans Bold, the font of the title; four buttons take up to 130 of the 680 px
  const titles = [
    'The moments of wide networks hardly move, whereas those of narrow ones grow with the depth k',
    'For s<1 the norm of width<64 networks vanishes, while for s>1 it explodes as its layers multiply',
  ];
  for (const title of titles) {
    const { layout } = chart({ title, x: 'x', y: 'y', marks: [line([1], [1])] });
    const { text, font } = layout.title as { text: string; font: { size: number } };
    const lines = text.replaceAll('&lt;', '<').split('<br>');
    assert.deepEqual([lines.length, lines.join(' ')], [2, title]);
    for (const part of lines)
      assert.ok(16 + textWidth(part, { size: font.size, weight: '700', style: 'normal' }) < 680 - 130, part);
  }
});

test('a title that would take half of the figure is refused', () => {
  const titled = (title: string) => chart({ title, x: 'x', y: 'y', marks: [line([1], [1])] });
  titled('word '.repeat(60).trim());
  titled('w'.repeat(300));
  for (const title of ['word '.repeat(400).trim(), 'w'.repeat(3000), 'a<br>'.repeat(30)])
    assert.throws(
      () => titled(title),
      /^RangeError: title must fit on 6 lines of 55 characters; got \d+ lines$/,
    );
  const long = titled('word '.repeat(50).trim());
  assert.throws(() => panels([titled('short'), long]), {
    name: 'RangeError',
    message: 'title of figures[1] must fit on 6 lines of 33 characters; got 9 lines',
  });
});

test('rows of panels keep their distance where titles have more than three lines', () => {
  const four = (title: string) => {
    const { layout } = panels(Array.from({ length: 4 }, () => chart({ title, x: 'x', y: 'y', marks: [] })));
    const domain = (axis: string) => (layout[axis] as { domain: [number, number] }).domain;
    const { t } = layout.margin as { t: number };
    return { gap: domain('yaxis')[0] - domain('yaxis3')[1], inside: Number(layout.height) - t };
  };
  // px, if what is below the plots were as high in both
  const distance = ({ gap, inside }: ReturnType<typeof four>) => gap * inside;
  const [short, long] = [four('A finding'), four('word '.repeat(32).trim())];
  // five lines: two more, of 1.3 × 14 px each
  assert.ok(distance(long) - distance(short) > 0.8 * 2 * 1.3 * 14, `${distance(short)}, ${distance(long)}`);
});

test('a figure grows with its legend, of which every entry is shown', () => {
  const heightOf = (count: number) => {
    const marks = Array.from({ length: count }, (_, i) => line([0, 1], [0, i], { name: `scheme ${i}` }));
    const { layout, data } = chart({ title: 't', x: 'x', y: 'y', marks });
    assert.equal(data.filter(({ showlegend }) => showlegend).length, count);
    return { height: Number(layout.height), legend: Number((layout.legend as JsonObject).maxheight) };
  };
  assert.equal(heightOf(3).height, 430);
  const { height, legend } = heightOf(60);
  // six entries in a row at the most, and a line of text is 1.3 × 13 px high
  assert.ok(legend >= (60 / 6) * 1.3 * 13 && height - legend > 300, `${height}, ${legend}`);
  const long = of(line([0], [0], { name: 'a name of many words, '.repeat(10) }));
  assert.match(String(long.data[0]!.name), /<br>/);
});

test('a rule or a label at 0 has no place on a logarithmic axis', () => {
  const logarithmic = (mark: Mark) => () =>
    chart({ title: 't', x: 'x', y: { title: 'y', log: true }, marks: [line([1], [1]), mark] });
  assert.throws(logarithmic(rule({ y: 0 })), {
    name: 'RangeError',
    message: 'y of a rule, because the y axis is logarithmic, must lie in (0, ∞); got 0',
  });
  assert.throws(logarithmic(label(1, -1, 'a')), /^RangeError: y of the label 'a', because .* got -1$/);
  logarithmic(rule({ x: 0 }))();
});

/** What a chart's note says of how many points are drawn. */
function noted({ layout }: Figure): { drawn: number; of: number } {
  const { text } = (layout.xaxis as JsonObject).title as { text: string };
  const [, drawn, all] = /([\d,]+) of ([\d,]+) points drawn/
    .exec(text)!
    .map((part) => part.replaceAll(',', ''));
  return { drawn: Number(drawn), of: Number(all) };
}

test('a line of many points keeps its ends, and the extremes of every column of pixels', () => {
  const n = 100_000;
  const x = Float64Array.from({ length: n }, (_, i) => i);
  const y = x.map((i) => Math.sin(i / 3000) + Math.sin(i) / 10);
  y[12_345] = 7;
  const [trace] = of(line(x, y)).data as [{ x: number[]; y: number[] }];
  assert.deepEqual(noted(of(line(x, y))), { drawn: trace.x.length, of: n });
  assert.ok(trace.x.length <= 5000);
  assert.deepEqual([trace.x[0], trace.x.at(-1)], [0, n - 1]);
  assert.equal(trace.y[trace.x.indexOf(12_345)], 7);
  // oracle: the extremes over 600 columns as wide as a pixel; a kept one may be a column's width away
  const width = n / 600;
  for (let from = 0; from < n; from += width) {
    const all = y.subarray(from, from + width);
    const kept = trace.y.filter((_, i) => Math.abs(trace.x[i]! - from - width / 2) < 1.5 * width);
    // values have five digits
    assert.ok(Math.max(...kept) > Math.max(...all) - 1e-4 && Math.min(...kept) < Math.min(...all) + 1e-4);
  }
});

test('columns are those of a logarithmic axis, and gaps stay', () => {
  const n = 20_000;
  const x = Float64Array.from({ length: n }, (_, i) => i + 1);
  const y = x.map((i) => (i > 9000 && i <= 9100 ? Number.NaN : Math.sqrt(i)));
  const axis = { title: 'x', log: true };
  const [trace] = chart({ title: 't', x: axis, y: axis, marks: [line(x, y)] }).data as [JsonObject];
  const kept = trace.x as number[];
  assert.deepEqual(kept.slice(0, 50), [...x.subarray(0, 50)], 'the first points are far from each other');
  const gaps = (trace.y as (number | null)[]).filter((value) => value === null);
  assert.equal(gaps.length, 1);
});

test('points and bands of any number are drawn, in a figure below 1 MB', () => {
  const n = 1_000_000;
  const x = Float64Array.from({ length: n }, (_, i) => (i * 7919) % n);
  const y = x.map((i) => Math.cos(i));
  const cloud = of(points(x, y, { error: y }));
  assert.deepEqual(noted(cloud), { drawn: 2500, of: n });
  assert.equal(((cloud.data[0]!.error_y as JsonObject).array as number[]).length, 2500);
  const sorted = Float64Array.from({ length: n }, (_, i) => i);
  const filled = of(
    band(
      sorted,
      y,
      y.map((value) => value + 1),
    ),
  );
  assert.equal(noted(filled).of, n);
  const many = of(...Array.from({ length: 20 }, () => line(sorted.subarray(0, 6000), y.subarray(0, 6000))));
  for (const figure of [cloud, filled, many]) assert.ok(JSON.stringify(figure).length < 1e6);
});

test('a chart that has no points yet says what it waits for', () => {
  const empty = chart({ title: 't', x: 'epoch', y: 'test loss', marks: [line([], [])] });
  const { layout } = withWaitingNote(empty);
  assert.deepEqual(
    (layout.annotations as JsonObject[]).map(({ text }) => text),
    ['Waiting for the first values of test loss'],
  );
  assert.equal((layout.xaxis as JsonObject).showticklabels, false, 'no made-up numbers');
  const both = withWaitingNote(panels([empty, empty]));
  assert.equal((both.layout.annotations as JsonObject[]).length, 4); // two titles, two notes
  const begun = of(line([1], [1]));
  assert.equal(withWaitingNote(begun), begun);
});

test('panels keep both charts, their titles and axes, under one legend', () => {
  const left = chart({
    title: 'Left',
    x: 'depth',
    y: 'mean',
    marks: [line([1], [1], { name: 'a' }), line([1], [2], { name: 'b' }), rule({ x: 1 })],
  });
  const right = chart({
    title: 'Right',
    x: 'width',
    y: { title: 'variance', log: true },
    marks: [line([1], [1], { name: 'a' }), rule({ y: 2 })],
  });
  const { data, layout } = panels([left, right], { title: 'Both' });
  assert.deepEqual(
    data.map(({ xaxis, yaxis, name, showlegend }) => [xaxis, yaxis, name, showlegend]),
    [
      ['x', 'y', 'a', true],
      ['x', 'y', 'b', true],
      ['x2', 'y2', 'a', false],
    ],
  );
  const axes = ['xaxis', 'yaxis', 'xaxis2', 'yaxis2'].map(
    (key) => layout[key] as JsonObject & { title: JsonObject; domain: number[] },
  );
  assert.deepEqual(
    axes.map(({ title }) => title.text),
    ['depth', 'mean', 'width', 'variance'],
  );
  assert.equal(axes[3]!.type, 'log');
  assert.ok(axes[0]!.domain[1]! < axes[2]!.domain[0]!);
  assert.deepEqual(
    (layout.shapes as JsonObject[]).map(({ xref, yref }) => [xref, yref]),
    [
      ['x', 'y domain'],
      ['x2 domain', 'y2'],
    ],
  );
  assert.deepEqual(
    (layout.annotations as JsonObject[]).map(({ text }) => text),
    ['Left', 'Right'],
  );
  assert.equal((layout.title as JsonObject).text, 'Both');
  assert.deepEqual(axes[1]!.anchor, 'x');
  assert.equal(left.data[0]!.xaxis, undefined, 'the charts themselves are not changed');
});

test('more panels fill rows of two', () => {
  const four = panels(
    Array.from({ length: 4 }, () =>
      of(
        heatmap(
          [1, 2],
          [1, 2],
          [
            [1, 2],
            [3, 4],
          ],
          { title: 'z' },
        ),
      ),
    ),
  );
  const domains = ['', '2', '3', '4'].map((id) =>
    ['xaxis', 'yaxis'].map((axis) => (four.layout[axis + id] as { domain: [number, number] }).domain),
  );
  const [one, two, three, fourth] = domains as [number, number][][];
  assert.deepEqual(one![1], two![1]);
  assert.deepEqual(one![0], three![0]);
  assert.deepEqual(two![0], fourth![0]);
  assert.ok(three![1]![1] < one![1]![0]);
  const bars = four.data.map((trace) => (trace.colorbar as { x: number }).x);
  assert.ok(bars[0]! > one![0]![1] && bars[0]! < two![0]![0], 'a colour bar is next to its own panel');
});

test('a description has titles, axes and series', () => {
  const figure = chart({
    title: 'σ² <b>falls</b><br>with d',
    x: { title: 'd', log: true },
    y: 'σ²',
    marks: [
      line([1], [1], { name: 'ReLU' }),
      points([1], [1], { name: 'ReLU' }),
      line([1], [1], { name: 'linear' }),
    ],
  });
  assert.equal(
    describe(figure),
    '[chart] σ² falls with d\n  σ² against d (log scale)\n  series: ReLU, linear',
  );
  assert.equal(
    alternativeText(figure),
    'Chart: σ² falls with d (σ² against d (log scale); series ReLU, linear).',
  );
  assert.equal(
    describe(panels([figure, of(line([1], [1]))])),
    '[chart] σ² falls with d | A finding\n  σ² against d (log scale)\n  y against x\n  series: ReLU, linear',
  );
  const signs = chart({ title: 's<1 and d>2', x: 'a<b & c>d', y: '&mu; &plusmn; 1 &so;', marks: [] });
  assert.equal(describe(signs), '[chart] s<1 and d>2\n  μ ± 1 &so; against a<b & c>d');
});

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(color: string): number {
  const [r, g, b] = channels(color).map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours as WCAG 2.2 defines it. */
function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

// JupyterLab's pages in its light and its dark theme; GitHub's dark page, #0d1117, is as dark
const pages = ['#ffffff', '#111111'];

test('lines have a contrast of 3:1 to light and dark pages, which WCAG requires of graphics', () => {
  for (const color of [...Object.values(palette), ...shades(9).map(resolveColor)])
    for (const page of pages)
      assert.ok(contrast(color, page) >= 3, `${color} on ${page}: ${contrast(color, page)}`);
});

test('charts are transparent, with text that can be read on light and on dark pages', () => {
  const { layout } = of(line([1], [1]));
  assert.deepEqual([layout.paper_bgcolor, layout.plot_bgcolor], ['rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)']);
  // WCAG asks for 4.5:1; no colour has more than 4.36:1 to both pages
  const ink = String((layout.font as JsonObject).color);
  assert.ok(contrast(ink, pages[0]!) >= 4.5 && contrast(ink, pages[1]!) >= 4.1);
});

test('series can be distinguished with any colour vision', () => {
  // severe protanopia, deuteranopia and tritanopia in linear RGB: Machado, Oliveira and Fernandes 2009, table 1
  const visions = [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
    [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
    [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
  ];
  for (const m of visions) {
    const seen = seriesColors.map((color) => {
      const rgb = channels(color).map((c) => (c / 255) ** 2.2);
      const [r, g, b] = [0, 3, 6].map((row) =>
        Math.max(0, m[row]! * rgb[0]! + m[row + 1]! * rgb[1]! + m[row + 2]! * rgb[2]!),
      ) as [number, number, number];
      // OKLab (Ottosson 2020)
      const [l, mm, s] = [
        Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
        Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
        Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
      ] as [number, number, number];
      return [
        0.2104542553 * l + 0.793617785 * mm - 0.0040720468 * s,
        1.9779984951 * l - 2.428592205 * mm + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * mm - 0.808675766 * s,
      ] as const;
    });
    seen.forEach((a, i) => {
      for (const b of seen.slice(0, i)) {
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        assert.ok(distance > 0.07, `${distance}`); // 0.02 is just noticeable; Okabe and Ito's own eight come to 0.075
      }
    });
  }
});

test('shades go from dark to light', () => {
  const contrasts = shades(7).map((color) => contrast(resolveColor(color), '#ffffff'));
  assert.deepEqual(
    contrasts,
    [...contrasts].sort((a, b) => b - a),
  );
  assert.equal(new Set(shades(7)).size, 7);
  assert.deepEqual(shades(1), ['#4456d6']);
  assert.throws(() => shades(0), { name: 'RangeError', message: /^count must be an integer in \[1/ });
  assert.throws(() => shades(1e9), {
    name: 'RangeError',
    message: 'count must be an integer in [1, 1000]; got 1000000000',
  });
});

const mistakes: [what: string, make: () => unknown, name: string, message: RegExp][] = [
  ['lengths', () => line([1, 2], [1]), 'RangeError', /^y must have as many values as x \(2\); got 1$/],
  ['errors', () => points([1, 2], [1, 2], { error: [1] }), 'RangeError', /^error must have .*\(2\); got 1$/],
  ['lower', () => band([1, 2], [1], [1, 2]), 'RangeError', /^lower must have/],
  ['upper', () => band([1, 2], [1, 2], [1]), 'RangeError', /^upper must have/],
  ['width', () => line([1], [1], { width: 0 }), 'RangeError', /^width must lie in \(0/],
  ['size', () => points([1], [1], { size: -1 }), 'RangeError', /^size must lie in \(0/],
  ['color', () => line([1], [1], { color: '#12' }), 'RangeError', /^color must be #rrggbb or one of blue/],
  ['bins', () => histogram([1], { bins: 0 }), 'RangeError', /^bins must be an integer in \[1, 1000\]/],
  [
    'sample',
    () => histogram([Number.NaN]),
    'RangeError',
    /^sample must have a finite value; got none among 1$/,
  ],
  ['range', () => histogram([1], { range: [1, 1] }), 'RangeError', /^range must have two ends that differ/],
  [
    'no number',
    () => histogram([null as unknown as number]),
    'TypeError',
    /^sample\[0\] must be a number; got null/,
  ],
  ['rows', () => heatmap([1], [1, 2], [[1]], { title: 'z' }), 'RangeError', /^z must have .*y \(2\); got 1$/],
  [
    'a row',
    () => heatmap([1], [1], [[1, 2]], { title: 'z' }),
    'RangeError',
    /^z\[0\] must have .*x \(1\); got 2$/,
  ],
  ['map range', () => heatmap([1], [1], [[1]], { title: 'z', range: [2, 1] }), 'RangeError', /^range\[1\]/],
  ['rule', () => rule({ x: Number.NaN }), 'RangeError', /^x must lie in/],
  ['label', () => label(1, Infinity, 'a'), 'RangeError', /^y must lie in/],
  [
    'no title',
    () => chart({ title: '', x: 'x', y: 'y', marks: [line([1], [1])] }),
    'TypeError',
    /^title must be/,
  ],
  [
    'a logarithmic range',
    () => chart({ title: 't', x: { title: 'x', log: true, range: [0, 1] }, y: 'y', marks: [line([1], [1])] }),
    'RangeError',
    /^x.range\[0\] must lie in \(0/,
  ],
  [
    'an empty range',
    () => chart({ title: 't', x: 'x', y: { title: 'y', range: [1, 1] }, marks: [line([1], [1])] }),
    'RangeError',
    /^y.range must have two ends that differ by at least 1e-12 .*; got \[1, 1\]$/,
  ],
  [
    'a tick',
    () => chart({ title: 't', x: { title: 'x', log: true, ticks: [0] }, y: 'y', marks: [line([1], [1])] }),
    'RangeError',
    /^x.ticks\[0\]/,
  ],
  [
    'one panel',
    () => panels([of(line([1], [1]))]),
    'RangeError',
    /^figures must have at least 2 charts; got 1$/,
  ],
  [
    'two colours of one series',
    () =>
      panels([
        of(line([1], [1], { name: 'a' })),
        of(line([1], [1], { name: 'b' }), points([1], [1], { name: 'a' })),
      ]),
    'RangeError',
    /^the series 'a' must have one color in all panels; got #0072b2 and #d55e00$/,
  ],
];

for (const [what, make, name, message] of mistakes)
  test(`refused: ${what}`, () => {
    assert.throws(make, { name, message });
  });
