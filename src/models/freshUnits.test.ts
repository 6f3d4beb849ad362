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

/** The counts, by the route that the shape of the inputs decides. */
function counts(input: TfTensor): number[] {
  const { tensor, counts } = freshUnits(input, 1);
  return Array.from(counts(tensor.dataSync()));
}

test('both routes draw from one law: half of the inputs, and dead for all with the probability of an orthant', () => {
  // two inputs at an angle of 60°: both negative with probability (π − π/3)/2π = 1/3
  for (const fanIn of [2, 4000]) {
    const values = new Float32Array(2 * fanIn);
    values.set([1, 0], 0);
    values.set([0.5, Math.sqrt(0.75)], fanIn);
    const drawn = Array.from({ length: 40 }, (_, layer) => {
      const { tensor, counts } = freshUnits(tf.tensor(values, [2, fanIn]), layer);
      return Array.from(counts(tensor.dataSync()));
    }).flat();
    const n = drawn.length;
    // 4 standard errors of a share, and of a mean of counts with variance at most 1
    assert.ok(
      Math.abs(average(drawn.map((count) => (count === 0 ? 1 : 0))) - 1 / 3) < 4 * Math.sqrt(2 / 9 / n),
    );
    assert.ok(Math.abs(average(drawn) - 1) < 4 / Math.sqrt(n));
  }
  // weights for few inputs of width 2 only: 2² < 2 · 256 goes by the law, 64² ≥ 2 · 256 by weights
  const many = tf.tile(tf.tensor2d([[1, 0]]), [64, 1]);
  assert.ok(counts(many).every((count) => count === 0 || count === 64));
});

test('equal, opposite, zero and very large inputs', () => {
  const x = normals([1, 2000], 3);
  const drawn = counts(tf.concat([x, x.mul(1e30), x.mul(-1e-30), x.mul(0)]));
  // the first two agree, the third is opposite, a zero input is never positive
  assert.ok(drawn.every((count) => count === 2 || count === 1));
  assert.ok(Math.abs(average(drawn) - 1.5) < (4 * 0.5) / Math.sqrt(256));
});
