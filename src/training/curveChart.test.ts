import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderSvg } from '../render/render';
import { curveChart } from './curveChart';
import { emptyCurve, type NetworkCurve } from './curves';

const curve = (scheme: string, run: number, testLoss: number[]): NetworkCurve => ({
  ...emptyCurve(scheme, run),
  testLoss,
});

test('a scheme is its mean with one standard error to either side', () => {
  // differences of 2 between two runs: standard error 1
  const { data } = curveChart([curve('a', 0, [3, 1]), curve('a', 1, [5, 3])], 'testLoss', 'Two runs');
  assert.deepEqual(
    data.map(({ x, y }) => ({ x, y })),
    [
      { x: [0, 1, 1, 0], y: [5, 3, 1, 3] },
      { x: [0, 1], y: [4, 2] },
    ],
  );
});

test('before the first epoch the chart says so, without numbers on its axes', async () => {
  const diverged = curve('a', 0, [Number.NaN, Number.NaN]);
  for (const [curves, remark] of [
    [[], 'no values before the first epoch is complete'],
    [[emptyCurve('a', 0)], 'no values before the first epoch is complete'],
    // the training measures of epoch 0 are NaN
    [[curve('a', 0, [Number.NaN])], 'no values before the first epoch is complete'],
    [[diverged], 'no finite values'],
  ] as const) {
    const svg = await renderSvg(curveChart(curves, 'testLoss', 'Begun'));
    assert.deepEqual(
      [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map(([, text]) => text),
      [remark, 'Begun', 'epoch', 'test loss'],
    );
  }
  assert.match(
    await renderSvg(curveChart([curve('a', 0, [2, 1]), curve('b', 0, [])], 'testLoss', 'Begun')),
    /Begun/,
  );
});

test('one run has no band', () => {
  const [band, mean] = curveChart([curve('a', 0, [2, 1])], 'testLoss', 'One run').data;
  assert.deepEqual([band!.x, mean!.y], [[], [2, 1]]);
});

test('a measure must be one', () => {
  assert.throws(
    () => curveChart([], 'loss' as never, ''),
    /^RangeError: measure must be one of 'trainLoss', .*; got "loss"$/,
  );
});
