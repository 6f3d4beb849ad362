import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { chart } from '../charts/chart';
import { describe } from '../charts/describe';
import type { Figure } from '../charts/figure';
import { line } from '../charts/marks';
import type { CellHost, DisplayOptions, MimeBundle } from './host';
import { renderPng } from './picture';
import { show, showLive } from './show';

const hostKey = Symbol.for('fracmoment.cell');
const globals = globalThis as { [key: symbol]: Partial<CellHost> | undefined };
const plotly = 'application/vnd.plotly.v1+json';
let shown: [MimeBundle, DisplayOptions][] = [];

function inKernel(): void {
  shown = [];
  globals[hostKey] = { display: (bundle, options) => shown.push([bundle, options]), signal: undefined };
}

afterEach(() => {
  mock.restoreAll();
  delete globals[hostKey];
});

function curve(...y: number[]): Figure {
  return chart({
    title: 'The loss falls',
    x: 'epoch',
    y: 'loss',
    marks: [
      line(
        y.map((_, i) => i),
        y,
      ),
    ],
  });
}

test('a figure is one output: the chart, its picture at normal size, its description', async () => {
  inKernel();
  const figure = curve(2, 1);
  await show(figure);
  const [[{ data, metadata }, options]] = shown as [[MimeBundle, DisplayOptions]];
  assert.equal(shown.length, 1);
  assert.deepEqual(options, {});
  const config = {
    responsive: true,
    displaylogo: false,
    showTips: false, // a note over the title
    showSendToCloud: false, // a button that uploads the chart
    modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'zoomIn2d', 'zoomOut2d'],
  };
  assert.deepEqual(data[plotly], {
    data: figure.data,
    layout: figure.layout,
    config,
  });
  assert.equal(
    data['image/png'],
    Buffer.from((await renderPng(figure, { scale: 1 })).png).toString('base64'),
  );
  assert.equal(data['text/plain'], describe(figure));
  assert.deepEqual(metadata, { 'image/png': { width: 680, height: 430 } });
});

test('the picture of a front-end without Plotly has an alternative text and is not wider than the page', async () => {
  inKernel();
  await show(chart({ title: 'a < "b"', x: 'epoch', y: 'loss', marks: [line([1], [1])] }));
  const { 'text/html': html, 'image/png': png } = shown[0]![0].data;
  assert.equal(
    html,
    `<img alt="Chart: a &lt; &quot;b&quot; (loss against epoch)." src="data:image/png;base64,${png}" ` +
      'width="680" height="430" style="max-width: 100%; height: auto">',
  );
});

test('a live figure without points says what it waits for', async () => {
  inKernel();
  const live = showLive(curve());
  while (shown.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.match(String(shown[1]![0].data['text/plain']), /Waiting for the first values of loss/);
  await live.finish(curve(1));
  assert.doesNotMatch(String(shown.at(-1)![0].data['text/plain']), /Waiting/);
});

test('frames go along', async () => {
  inKernel();
  const frames = [{ name: 's = 1', data: [{ y: [1, 2] }] }];
  await show({ ...curve(2, 1), frames });
  assert.deepEqual((shown[0]![0].data[plotly] as Figure).frames, frames);
});

test('a terminal gets the description', async () => {
  let written = '';
  mock.method(process.stdout, 'write', (text: string) => {
    written += text;
    return true;
  });
  await show(curve(2, 1));
  const live = showLive(curve(2));
  live.update(curve(2, 1));
  await live.finish(curve(2, 1, 0.5));
  mock.restoreAll();
  assert.equal(written, '[chart] The loss falls\n  loss against epoch\n'.repeat(2));
});

test('a live figure is one output in its place at once, then pictures, the latest ones, and a chart last', async () => {
  inKernel();
  const png = async (...y: number[]) =>
    Buffer.from((await renderPng(curve(...y), { scale: 1 })).png).toString('base64');
  const live = showLive(curve(3));
  const { displayId } = shown[0]![1];
  assert.ok(displayId);
  assert.deepEqual(shown, [[{ data: { 'text/plain': describe(curve(3)) } }, { displayId }]]);
  // while the first picture is drawn
  live.update(curve(3, 2));
  live.update(curve(3, 2, 1));
  const updates = () => shown.slice(1).map(([{ data }]) => data['image/png']);
  while (updates().length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(updates(), [await png(3), await png(3, 2, 1)]);
  live.update(curve(3, 2, 1, 0.5));
  live.update(curve(3, 2, 1, 0.4));
  await live.finish(curve(3, 2, 1, 0.5, 0.2));
  assert.deepEqual(
    shown.slice(1).map(([{ data }, options]) => [plotly in data, options]),
    [false, false, false, true].map((isChart) => [isChart, { displayId, update: true }]),
  );
  const last = curve(3, 2, 1, 0.5, 0.2);
  assert.deepEqual((shown.at(-1)![0].data[plotly] as Figure).data, last.data);
  assert.equal(shown.at(-1)![0].data['image/png'], await png(3, 2, 1, 0.5, 0.2));
  await showLive(curve(1)).finish(curve(1));
  assert.notEqual(shown.at(-1)![1].displayId, displayId);
});

test('a figure that cannot be drawn is refused', async () => {
  inKernel();
  await assert.rejects(show({ data: [{ type: 'surface' }], layout: {} }), {
    name: 'RangeError',
    message: /surface/,
  });
  assert.equal(shown.length, 0);
});

test('a live figure that cannot be drawn does not stop the work; finish tells', async () => {
  inKernel();
  const live = showLive(curve(3));
  live.update({ data: [{ type: 'surface' }], layout: {} });
  // an unhandled rejection would fail this test
  while (shown.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  live.update(curve(3, 2));
  await assert.rejects(live.finish(curve(3, 2, 1)), { name: 'RangeError', message: /surface/ });
});
