import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../charts/chart';
import type { Figure, JsonObject } from '../charts/figure';
import { label, line, rule } from '../charts/marks';
import { renderPng } from '../notebook/picture';
import { renderSvg } from './render';

const plain = chart({ title: 't', x: 'x', y: 'y', marks: [line([1, 2], [1, 2], { name: 'a' })] });

const withLayout = (more: JsonObject): Figure => ({ ...plain, layout: { ...plain.layout, ...more } });

const image = (source: string): JsonObject => {
  return { source, xref: 'paper', yref: 'paper', x: 0, y: 1, sizex: 1, sizey: 1 };
};

test('an image that would have to be loaded is refused, and later figures are drawn', async () => {
  const pixel =
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  for (const source of ['logo.png', 'http://localhost/logo.png', 'file:///logo.png']) {
    const refused = renderPng(withLayout({ images: [image(pixel), image(source)] }));
    await assert.rejects(refused, {
      name: 'RangeError',
      message: `figure.layout.images[1].source, to be drawn without a browser, must be a data: URI; got "${source}"`,
    });
  }
  const template = { layout: { images: [{ ...image('logo.png'), name: 'logo' }] } };
  await assert.rejects(renderPng(withLayout({ template })), /^RangeError: .*an image must be a data: URI/);
  assert.match(await renderSvg(withLayout({ images: [image(pixel)] })), /<image [^>]*href="data:image\/png/);
});

test('a figure without room for its plot is refused by its size', async () => {
  for (const [width, height] of [
    [10, 10],
    [10, 430],
    [680, 20],
  ])
    await assert.rejects(renderPng(withLayout({ width: width!, height: height! })), {
      name: 'RangeError',
      message: `figure.layout must have room for the plot beside titles, labels and legend, and axes whose ends differ; got ${width} × ${height} px`,
    });
  const bare: JsonObject = { width: 10, height: 10, margin: { l: 0, r: 0, t: 0, b: 0 } };
  assert.ok((await renderPng({ data: [{ y: [1, 2] }], layout: bare })).png.length > 0);
});

test('texts with < are drawn as written', async () => {
  const text = (name: string) => `${name}<b & c>d`;
  const svg = await renderSvg(
    chart({
      title: text('title'),
      x: text('across'),
      y: { title: text('up'), ticks: { [text('tick')]: 1 } },
      marks: [
        line([1, 2], [1, 2], { name: text('series') }),
        rule({ x: 1.2, label: text('rule') }),
        label(1.5, 1.5, text('label')),
      ],
    }),
  );
  for (const name of ['title', 'across', 'up', 'tick', 'series', 'rule', 'label'])
    assert.match(svg, new RegExp(`>${name}&#60;b &amp; c&#62;d<`));
});

test('values that differ by rounding errors are drawn', async () => {
  for (const log of [false, true]) {
    const y = { title: 'y', log };
    const figure = chart({ title: 't', x: 'x', y, marks: [line([1, 2], [0.3, 0.1 + 0.2])] });
    assert.ok((await renderPng(figure, { scale: 0.5 })).png.length > 0);
  }
});

test('long labels at the ends of an axis are drawn', async () => {
  const ticks = { 'the beginning of the axis': 1, 'and the end of it': 2 };
  const svg = await renderSvg(
    chart({ title: 't', x: { title: 'x', ticks }, y: 'y', marks: [line([1, 2], [1, 2])] }),
  );
  for (const name of Object.keys(ticks)) assert.match(svg, new RegExp(`>${name}<`));
});
