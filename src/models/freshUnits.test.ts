import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { freshUnits } from './freshUnits';
import type { TfTensor } from './modelGraph';
import { average, normals } from './models.testData';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

function counts(input: TfTensor, layer: number): number[] {
  return Array.from(freshUnits(input, layer).active);
}

test('both routes draw from one law: half of the inputs, and dead for all with the probability of an orthant', () => {
  // two inputs at an angle of 60°, both negative with probability (π − π/3)/2π = 1/3; by the law of the
  // pre-activations, and, for 16 copies of them, which are a larger matrix than the weights, by weights
  for (const copies of [1, 16]) {
    const pair = tf.tensor2d([
      [1, 0],
      [0.5, Math.sqrt(0.75)],
    ]);
    const drawn = Array.from({ length: 40 }, (_, layer) => counts(tf.tile(pair, [copies, 1]), layer)).flat();
    const n = drawn.length;
    // 4 standard errors of a share, and of a mean of counts with variance at most 1
    const dead = average(drawn.map((count) => (count === 0 ? 1 : 0)));
    assert.ok(Math.abs(dead - 1 / 3) < 4 * Math.sqrt(2 / 9 / n));
    assert.ok(Math.abs(average(drawn) / copies - 1) < 4 / Math.sqrt(n));
    assert.ok(drawn.every((count) => count % copies === 0));
  }
});

test('equal, opposite, zero and very large inputs', () => {
  const x = normals([1, 2000], 3);
  const drawn = counts(tf.concat([x, x.mul(1e30), x.mul(-1e-30), x.mul(0)]), 1);
  // the first two agree, the third is opposite, a zero input is never positive
  assert.ok(drawn.every((count) => count === 2 || count === 1));
  assert.ok(Math.abs(average(drawn) - 1.5) < (4 * 0.5) / Math.sqrt(256));
});
