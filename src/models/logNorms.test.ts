import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { logNorms } from './logNorms';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

test('log-norms per unit, also where squares leave the range of float32', () => {
  // rows (3, 4, 0, 0)·c have ‖x‖/√4 = 2.5 |c|; float32 holds squares of 1e-19 to 1e19 only
  for (const scales of [
    [1, -1e3],
    [1e25, 1],
    [1e-25, 1e-30],
    [1e-25, 1e25],
  ]) {
    const found = logNorms(tf.tensor(scales.map((c) => [3 * c, 4 * c, 0, 0])));
    found.forEach((logNorm, i) => {
      assert.ok(Math.abs(logNorm - Math.log(2.5 * Math.abs(scales[i]!))) < 1e-6); // some units of float32's 6e-8
    });
  }
});

test('zero inputs, values that are not finite, feature maps and integers', () => {
  assert.deepEqual(
    logNorms(
      tf.tensor([
        [0, 0],
        [1, Number.NaN],
      ]),
    ),
    [-Infinity, Number.NaN],
  );
  assert.deepEqual(logNorms(tf.ones([2, 3, 3, 2])), [0, 0]);
  assert.deepEqual(logNorms(tf.tensor([[1, -1]], [1, 2], 'int32')), [0]);
});
