import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textWidth } from '../render/fonts';
import type { Axis } from './axes';
import { chart } from './chart';
import type { JsonObject } from './figure';
import { heatmap, histogram, label, line, type Mark, points, rule } from './marks';

/** The layout of the x axis of a chart. */
function xAxis(x: Axis, ...marks: Mark[]): JsonObject {
  return chart({ title: 't', x, y: 'y', marks }).layout.xaxis as JsonObject;
}

const ticked = (ticks: Exclude<Axis, string>['ticks']) => {
  const { tickvals, ticktext } = xAxis({ title: 'x', ticks: ticks! });
  return { tickvals, ticktext };
};

test('ticks are places, or labels at places', () => {
  assert.deepEqual(ticked([-4, 16]), { tickvals: [-4, 16], ticktext: ['−4', '16'] });
  assert.deepEqual(ticked({ Kaiming: 0, 's = 1': 1 }), { tickvals: [0, 1], ticktext: ['Kaiming', 's = 1'] });
  assert.deepEqual(ticked(new Float64Array([10, 20])), { tickvals: [10, 20], ticktext: ['10', '20'] });
  assert.throws(
    () => ticked(new DataView(new ArrayBuffer(8)) as unknown as number[]),
    /^TypeError: x.ticks must be/,
  );
  assert.throws(
    () => ticked(new BigInt64Array(1) as unknown as number[]),
    /^TypeError: x.ticks\[0\] must be a number/,
  );
});

test('numbers at ticks have at most 12 digits and a minus sign', () => {
  assert.deepEqual(ticked([-1e-7, 0.1 + 0.2, -0, 2 ** 39]).ticktext, ['−1e−7', '0.3', '0', '549755813888']);
});

test('a long label of a tick is broken, shown beyond the margin, and refused if it has more than 3 lines', () => {
  const labelled = (name: string) => xAxis({ title: 'x', ticks: { [name]: 1 } });
  const { ticktext, ticklabeloverflow } = labelled('a label of a tick that is long enough for two');
  assert.deepEqual(
    [ticktext, ticklabeloverflow],
    [['a label of a tick that<br>is long enough for two'], 'allow'],
  );
  assert.equal(labelled('s<1').ticklabeloverflow, undefined);
  assert.throws(() => labelled('w'.repeat(100)), {
    name: 'RangeError',
    message: 'label of x.ticks must fit on 3 lines of 30 characters; got 4 lines',
  });
});

test('a long title of an axis is broken, and refused if it has more than 3 lines', () => {
  const titled = (title: string) => {
    const { xaxis, yaxis } = chart({ title: 't', x: title, y: title.slice(0, 100), marks: [] }).layout;
    return [xaxis, yaxis].map((axis) => ((axis as JsonObject).title as JsonObject).text);
  };
  const title =
    'mean log-norm of the output per unit, over all networks whose first layer has s < 1 or s > 2';
  const [across, up] = titled(title) as [string, string];
  // oracle: DejaVu Sans, 16 px; the plot is at least 580 px wide, and the figure 430 px high
  for (const [text, room] of [
    [across, 580],
    [up, 380],
  ] as const)
    for (const part of text.replaceAll('&lt;', '<').split('<br>'))
      assert.ok(textWidth(part, { size: 16, weight: '400', style: 'normal' }) < room, part);
  assert.throws(
    () => titled('w'.repeat(200)),
    /^RangeError: x.title must fit on 3 lines of 66 characters; got 4 lines$/,
  );
});

test('a range has two ends, which Plotly can tell apart', () => {
  const ranged = (range: ArrayLike<number>, log = false) => {
    return xAxis({ title: 'x', log, range: range as unknown as [number, number] }).range;
  };
  assert.deepEqual(ranged(new Float64Array([0, 1])), [0, 1]);
  assert.deepEqual(ranged([2, 1]), [2, 1]);
  assert.deepEqual(
    ranged([1e-310, 1e-300], true),
    [-310, -300].map((exponent) => Math.log10(10 ** exponent)),
  );
  for (const range of [[1], [], [1, 2, 3]]) {
    const message = `x.range must have two ends; got ${JSON.stringify(range)}`;
    assert.throws(() => ranged(range), { name: 'RangeError', message });
  }
  const close = /^RangeError: x.range must have two ends that differ by at least 1e-12 of the larger one/;
  for (const range of [
    [1, 1 + 4e-16],
    [-3e15, -3e15 - 2],
    [0, 1e-310],
    [0, 0],
  ])
    assert.throws(() => ranged(range), close);
  assert.throws(() => ranged([10, 10 * (1 + 4e-16)], true), close);
  const range = [0, 1, 2] as unknown as [number, number];
  assert.throws(() => histogram([1], { range }), /^RangeError: range must have two ends; got \[0,1,2\]$/);
  assert.throws(
    () => heatmap([1], [1], [[1]], { title: 'z', range }),
    /^RangeError: range must have two ends/,
  );
});

test('values that differ by rounding errors have the axis of equal ones', () => {
  const sum = 0.1 + 0.2;
  assert.deepEqual(xAxis('x', line([0.3, sum], [1, 2])).range, [0.3 - 0.5, sum + 0.5]);
  assert.deepEqual(xAxis('x', line([0.3], [1]), rule({ x: sum })).range, [0.3 - 0.5, sum + 0.5]);
  assert.deepEqual(xAxis('x', line([0, 5e-324], [1, 2])).range, [-0.5, 0.5]);
  const [from, to] = xAxis({ title: 'x', log: true }, line([0.3, sum], [1, 2])).range as [number, number];
  assert.ok(Math.abs(from - (Math.log10(0.3) - 0.5)) < 1e-15 && Math.abs(to - from - 1) < 1e-15);
  assert.equal(xAxis('x', line([0.3, 0.3], [1, 2])).range, undefined, 'Plotly draws what is equal');
  assert.equal(xAxis('x', line([0.3, 0.3 + 1e-9], [1, 2])).range, undefined);
  const bars = chart({ title: 't', x: 'x', y: 'y', marks: [points([1, 2], [0.3, sum], { error: [1, 1] })] });
  assert.equal((bars.layout.yaxis as JsonObject).range, undefined, 'error bars have an extent');
});

test('a heat map at 0 or less has no place on a logarithmic axis', () => {
  const map = (places: number[], axis: Axis) => xAxis(axis, heatmap(places, [1], [[1, 2]], { title: 'z' }));
  map([1, 10], { title: 'x', log: true });
  map([0, 1], 'x');
  assert.throws(() => map([0, 1], { title: 'x', log: true }), {
    name: 'RangeError',
    message: 'x of a heat map, because the x axis is logarithmic, must lie in (0, ∞); got 0',
  });
});

test('titles and labels with < are not taken for tags', () => {
  const text = 'a<b & c>d';
  const { layout, data } = chart({
    title: text,
    x: text,
    y: { title: 'y', ticks: { [text]: 1 } },
    marks: [line([1], [1], { name: text }), rule({ x: 1, label: text }), label(1, 1, text)],
  });
  const { xaxis, yaxis, title, shapes } = layout as Record<string, JsonObject & JsonObject[]>;
  const shown = [
    ...[title!.text, (xaxis!.title as JsonObject).text, (yaxis!.ticktext as string[])[0]],
    ...[data[0]!.name, (shapes![0]!.label as JsonObject).text, (data[1]!.text as string[])[0]],
  ];
  assert.deepEqual(shown, new Array(6).fill('a&lt;b & c>d'));
  const map = heatmap([1], [1], [[1]], { title: text }).trace!('') as { colorbar: { title: JsonObject } };
  assert.equal(map.colorbar.title.text, 'a&lt;b & c>d');
});
