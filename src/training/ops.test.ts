import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../core/random';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import { opsFor, portableOps } from './ops';

// Pooling chooses and copies; no number is rounded. Oracle: the maxima in plain TypeScript, of equal ones the first.
test('max pooling 2 × 2 and its gradient, also where pixels are equal and a last row is left over', async () => {
  const loaded = await loadTensorFlow();
  const { tf } = loaded;
  const [count, height, width, channels] = [3, 7, 6, 5];
  const [rows, columns] = [3, 3];
  const stream = randomStream(5, 0);
  // a few small integers: most windows contain the maximum twice
  const integers = (length: number, values: number) =>
    Float32Array.from({ length }, () => Math.floor(values * stream.uniform()));
  const images = integers(count * height * width * channels, 3);
  const gradient = integers(count * rows * columns * channels, 100);
  const pooled = new Float32Array(gradient.length);
  const back = new Float32Array(images.length);
  for (let at = 0; at < gradient.length; at++) {
    const channel = at % channels;
    const column = Math.floor(at / channels) % columns;
    const row = Math.floor(at / channels / columns) % rows;
    const image = Math.floor(at / channels / columns / rows);
    const pixels = [0, 1, 2, 3].map(
      (i) => ((image * height + 2 * row + (i >> 1)) * width + 2 * column + (i & 1)) * channels + channel,
    );
    const largest = pixels.reduce((best, next) => (images[next]! > images[best]! ? next : best));
    pooled[at] = images[largest]!;
    back[largest] = gradient[at]!;
  }
  for (const ops of [opsFor(loaded), portableOps(tf)])
    tf.tidy(() => {
      const pool = ops.maxPool(tf.tensor4d(images, [count, height, width, channels]));
      assert.deepEqual(pool.pooled.dataSync(), pooled);
      const result = pool.backward(tf.tensor4d(gradient, [count, rows, columns, channels]));
      assert.deepEqual(result.dataSync(), back);
    });
});

// To the bit, since trainings in shards are compared to the bit; oracle of the values: sums in float64.
test('the sums over the rows of a matrix do not depend on the matrices beside it', async () => {
  const loaded = await loadTensorFlow();
  const { tf } = loaded;
  const ops = opsFor(loaded);
  const stream = randomStream(6, 0);
  // ten columns: a matrix need not start where a vector of the processor does
  const [runs, rows, columns] = [5, 31, 10];
  const size = rows * columns;
  const values = Float32Array.from({ length: runs * size }, () => stream.normal());
  const sums = (part: Float32Array) =>
    tf.tidy(() => ops.sumOverRows(tf.tensor4d(part, [part.length / size, 1, rows, columns])).dataSync());
  const all = sums(values);
  for (let run = 0; run < runs; run++) {
    const own = values.subarray(run * size, (run + 1) * size);
    const alone = sums(own);
    assert.deepEqual(all.slice(run * columns, (run + 1) * columns), alone);
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += own[row * columns + column]!;
      assert.ok(Math.abs(alone[column]! - sum) < 1e-4); // 31 roundings of numbers below 20, each at most 1e-6
    }
  }
});
