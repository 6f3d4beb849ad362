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

test('a training that has just begun can be drawn', async () => {
  for (const curves of [[], [emptyCurve('a', 0)], [curve('a', 0, [2, 1]), curve('b', 0, [])]])
    assert.match(await renderSvg(curveChart(curves, 'testLoss', 'Begun')), /Begun/);
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
