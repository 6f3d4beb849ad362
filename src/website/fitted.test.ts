import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../charts/chart';
import type { JsonObject } from '../charts/figure';
import { line } from '../charts/marks';
import { panels } from '../charts/panels';
import { fitted } from './fitted';

const one = (title: string) =>
  chart({ title, x: 'x', y: 'y', marks: [line([1, 2], [1, 2], { name: 'a series' })] });

test('a chart is as wide as there is room, without its title', () => {
  const figure = one('A title');
  const { data, layout } = fitted(figure, 720);
  assert.equal(data, figure.data);
  assert.equal(layout.width, 720);
  assert.equal(layout.title, undefined);
  assert.ok(Number(layout.height) <= Number(figure.layout.height));
});

test('a fixed width of the figure is not kept', () => {
  const { data, layout } = one('A title');
  assert.equal(fitted({ data, layout: { ...layout, width: 900 } }, 358).layout.width, 358);
});

test('on a phone the panels stand below each other, without overlap', () => {
  const figure = panels([one('A'), one('B'), one('C')], { title: 'All' });
  const { layout } = fitted(figure, 358);
  const [a, b, c] = ['yaxis', 'yaxis2', 'yaxis3'].map(
    (name) => (layout[name] as JsonObject).domain as number[],
  );
  assert.deepEqual((layout.xaxis2 as JsonObject).domain, [0, 1]);
  assert.equal(a![1], 1);
  assert.ok(a![0]! > b![1]! && b![0]! > c![1]! && c![0]! >= 0);
  // each title stands on its panel
  const places = (layout.annotations as JsonObject[]).map(({ x, y }) => [x, y]);
  assert.deepEqual(
    places,
    [a, b, c].map((domain) => [0, domain![1]]),
  );
  assert.deepEqual(fitted(figure, 720).layout.xaxis2, figure.layout.xaxis2);
});
