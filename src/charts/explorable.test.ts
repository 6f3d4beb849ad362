import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPng } from '../notebook/picture';
import { plotlyPage } from '../render/page';
import { chart } from './chart';
import { type ExplorableOptions, explorable } from './explorable';
import type { Figure, Json, JsonObject } from './figure';
import { label, line, points } from './marks';
import { panels } from './panels';

/** A fixed line, one of the slider's and the menu's slope, its end and a label that names it. */
function slopes(slope: number, sign: number): Figure {
  return chart({
    title: 'Lines through the origin',
    x: { title: 'x', range: [0, 1] },
    y: { title: 'y', range: [-3, 3] },
    marks: [
      line([0, 0.5, 1], [0, 0.5, 1], { name: 'fixed', color: 'grey' }),
      line([0, 1], [0, sign * slope], { name: 'moving', color: 'blue' }),
      points([1], [sign * slope], { color: 'blue' }),
      label(0.2, 2, `slope ${sign * slope}`),
    ],
  });
}

const options: ExplorableOptions<number> = {
  slider: { name: 'slope', values: [1, 2, 3], start: 1 },
  menu: { up: 1, down: -1 },
  chartAt: slopes,
};

interface PlotlyElement {
  data: JsonObject[];
}

/** What Plotly itself makes of the figure's controls. */
async function plotted(figure: Figure): Promise<{
  move(stop: number): Promise<void>;
  choose(entry: number): Promise<void>;
  /** The series that are seen. */
  seen(): JsonObject[];
}> {
  const { Plotly, document } = plotlyPage() as unknown as {
    Plotly: {
      newPlot(element: unknown, data: unknown, layout: unknown): Promise<PlotlyElement>;
      restyle(element: PlotlyElement, ...args: Json[]): Promise<unknown>;
    };
    document: { createElement(name: string): unknown };
  };
  const { data, layout } = JSON.parse(JSON.stringify(figure)) as Figure;
  const element = await Plotly.newPlot(document.createElement('div'), data, layout);
  const press = async (controls: Json | undefined, list: string, index: number) => {
    const control = (controls as JsonObject[])[0]![list] as JsonObject[];
    const { method, args } = control[index]!;
    assert.equal(method, 'restyle');
    await Plotly.restyle(element, ...(args as Json[]));
  };
  return {
    move: (stop) => press(layout.sliders, 'steps', stop),
    choose: (entry) => press(layout.updatemenus, 'buttons', entry),
    seen: () => element.data.filter(({ visible }) => visible !== false),
  };
}

function coordinates(data: readonly JsonObject[]): Json[] {
  return data.map(({ x, y, text = null }) => [x!, y!, text]);
}

test('in every order, Plotly shows the chart of the chosen stop and entry', async () => {
  // oracle: the chart made for that stop and entry alone
  const { move, choose, seen } = await plotted(explorable(options));
  const expect = (slope: number, sign: number) =>
    assert.deepEqual(coordinates(seen()), coordinates(slopes(slope, sign).data));
  expect(2, 1);
  await move(0);
  expect(1, 1);
  await choose(1);
  expect(1, -1);
  await move(2);
  expect(3, -1);
  await choose(0);
  expect(3, 1);
});

test('a stop of the slider carries only what changes', () => {
  const { sliders } = explorable(options).layout;
  const [{ steps }] = sliders as [{ steps: { label: string; args: [JsonObject, number[]] }[] }];
  assert.deepEqual(
    steps.map((step) => step.label),
    ['1', '2', '3'],
  );
  const [restyled, indices] = steps[2]!.args;
  assert.deepEqual(Object.keys(restyled), ['y', 'text']); // x stays
  assert.deepEqual(indices, [1, 2, 3, 5, 6, 7]); // the fixed lines, 0 and 4, stay
});

test('a menu of one entry is not drawn', () => {
  assert.equal(explorable({ ...options, menu: { up: 1 } }).layout.updatemenus, undefined);
});

test('the picture shows the start, higher by its controls and with the title where it was', async () => {
  const plain = slopes(2, 1);
  const figure = explorable(options);
  const fromTop = ({ title, height }: JsonObject) => (1 - Number((title as JsonObject).y)) * Number(height);
  assert.ok(Math.abs(fromTop(figure.layout) - fromTop(plain.layout)) < 1e-9); // px; rounding alone
  const [picture, plainPicture] = [await renderPng(figure), await renderPng(plain)];
  assert.equal(picture.width, plainPicture.width);
  assert.ok(picture.height > plainPicture.height);
});

test('panels can be explored; their menu is above the titles of the panels', () => {
  const chartAt = (slope: number, sign: number) => panels([slopes(slope, sign), slopes(slope, -sign)]);
  const gap = ({ layout }: Figure) => Number(((layout.updatemenus as JsonObject[])[0]!.pad as JsonObject).b);
  assert.ok(gap(explorable({ ...options, chartAt })) > gap(explorable(options)));
  assert.equal(explorable({ ...options, chartAt }).data.length, 16);
});

test('what cannot be moved is refused', () => {
  const refuse = (changes: Partial<ExplorableOptions<number>>, message: RegExp) =>
    assert.throws(() => explorable({ ...options, ...changes }), { name: 'RangeError', message });
  refuse({ slider: { name: 's', values: [1] } }, /^slider\.values must have at least 2 values; got \[1\]/);
  refuse({ slider: { name: 's', values: [1, Number.NaN] } }, /^slider\.values\[1\] .*got NaN/);
  refuse({ menu: {} }, /^menu must have at least 1 entry; got/);
  refuse({ slider: { name: 's', values: [1, 2], start: 2 } }, /^slider\.start .*\[0, 1\].*got 2/);
  const titled = (slope: number, sign: number): Figure => {
    const figure = slopes(slope, sign);
    return { ...figure, layout: { ...figure.layout, title: { text: `${slope}` } } };
  };
  refuse({ chartAt: titled }, /^chartAt must return charts with the same layout/);
  const fewer = (slope: number, sign: number): Figure => {
    const figure = slopes(slope, sign);
    return { ...figure, data: figure.data.slice(0, slope) };
  };
  refuse({ chartAt: fewer }, /^chartAt must return the same series at every slider value/);
  const recolored = (slope: number): Figure =>
    chart({
      title: 'Lines',
      x: { title: 'x', range: [0, 1] },
      y: { title: 'y', range: [-3, 3] },
      marks: [line([0, 1], [0, slope], { color: slope === 1 ? 'blue' : 'green' })],
    });
  refuse({ chartAt: recolored }, /^chartAt must return the same series at every slider value/);
  assert.throws(
    () => explorable({ ...options, slider: { name: 's', values: [1, 2], start: 0.5 } }),
    RangeError,
  );
});

test('values may be a typed array, and names hold signs and rounded numbers', () => {
  const figure = explorable({
    slider: { name: 's<1 or s>1', values: new Float64Array([-1, 0.1 + 0.2]) },
    menu: { 'a<b & c>d': 1, down: -1 },
    chartAt: slopes,
  });
  const [slider] = figure.layout.sliders as [JsonObject & { steps: JsonObject[]; currentvalue: JsonObject }];
  assert.deepEqual(
    slider.steps.map((step) => step.label),
    ['−1', '0.3'],
  );
  assert.equal(slider.currentvalue.prefix, 's&lt;1 or s>1 = ');
  const [menu] = figure.layout.updatemenus as [{ buttons: JsonObject[] }];
  assert.equal(menu.buttons[0]!.label, 'a&lt;b & c>d');
});
