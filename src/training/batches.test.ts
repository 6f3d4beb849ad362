import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relu } from '../core/activations';
import { randomStream } from '../core/random';
import type { DataSet } from '../datasets/dataSet';
import type { Network } from './architecture';
import { imageReader, shuffled } from './batches';
import { runStream } from './streams';
import { initialParameters } from './weights';

const none = { images: new Uint8Array(), labels: new Uint8Array() };

test('an order is a permutation, and every place equally likely', () => {
  const random = randomStream(1, 0);
  const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
  const trials = 20_000;
  for (let i = 0; i < trials; i++) {
    const order = shuffled(5, random);
    assert.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
    order.forEach((value, place) => {
      counts[place]![value]!++;
    });
  }
  // binomial(20000, 1/5): SD 57
  for (const count of counts.flat()) assert.ok(Math.abs(count - trials / 5) < 5 * 57, `${count}`);
  assert.deepEqual([...shuffled(1, random)], [0]);
});

test('pixels are scaled', () => {
  const data: DataSet = { name: '', height: 1, width: 3, channels: 1, classes: 2, train: none, test: none };
  const out = new Float32Array(4);
  imageReader(data, { mean: 0.5, std: 0.5 }).copy(Uint8Array.of(9, 9, 9, 0, 255, 51), 1, out, 1);
  // (pixel/255 − 0.5)/0.5, 51/255 = 0.2
  assert.deepEqual([...out], [0, -1, 1, Math.fround(-0.6)]);
});

// Oracle: all 2 · 3 · 3 crops and flips of one image, written out pixel by pixel from their definition: pad with zeros, flip, cut.
test('augmentation draws every crop and flip of the padded image equally often', () => {
  const [height, width, channels, padding] = [3, 2, 2, 1];
  const data: DataSet = { name: '', height, width, channels, classes: 2, train: none, test: none };
  const images = Uint8Array.from({ length: height * width * channels }, (_, i) => i + 1);
  const pixel = (row: number, column: number, channel: number) =>
    row < 0 || column < 0 || row >= height || column >= width
      ? 0
      : (row * width + column) * channels + channel + 1;
  const expected = new Map<string, number>();
  for (const flip of [false, true])
    for (let down = -padding; down <= padding; down++)
      for (let right = -padding; right <= padding; right++) {
        const all: number[] = [];
        for (let row = 0; row < height; row++)
          for (let column = 0; column < width; column++)
            for (let channel = 0; channel < channels; channel++) {
              const from = flip ? width - 1 - column : column;
              all.push(pixel(row + down, from + right, channel));
            }
        expected.set(all.join(), 0);
      }
  assert.equal(expected.size, 18);
  const reader = imageReader(data, { mean: 0, std: 1 });
  const random = randomStream(3, 0);
  const trials = 9000;
  for (let i = 0; i < trials; i++) {
    const out = new Float32Array(reader.size);
    reader.copyAugmented(images, 0, out, 0, random, { padding });
    const seen = Array.from(out, (x) => Math.round(x * 255)).join();
    assert.ok(expected.has(seen), seen);
    expected.set(seen, expected.get(seen)! + 1);
  }
  // binomial(9000, 1/18): mean 500, SD 22
  for (const count of expected.values()) assert.ok(Math.abs(count - 500) < 5 * 22, `${count}`);
});

test('initial parameters: normal weights, PyTorch biases and kernels, shared by the schemes of a run', () => {
  const network: Network = {
    activation: relu,
    activationOnLogits: false,
    biases: 'pytorch',
    image: { height: 8, width: 8, channels: 3 },
    convolutions: [{ channels: 40, size: 5 }],
    sizes: [160, 200, 10],
  };
  const stds = [
    [0.1, 0.3],
    [0.2, 0.3],
  ];
  const [first, second] = initialParameters(network, stds, 5, 2);
  assert.deepEqual(
    first!.map(({ length }) => length),
    [5 * 5 * 3 * 40, 40, 160 * 200, 200, 200 * 10, 10],
  );
  const [kernel, , weights, biases, last] = first!;
  const sd = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  // the relative SE of a standard deviation of n normal numbers is 1/√(2n): 0.4 % and 1.6 %
  assert.ok(Math.abs(sd(weights!) / 0.1 - 1) < 4 / Math.sqrt(2 * 32_000));
  assert.ok(Math.abs(sd(last!) / 0.3 - 1) < 4 / Math.sqrt(2 * 2000));
  // uniform on ±b: SD b/√3 with a relative SE of √(1/5n); all within ±b, the largest near it
  for (const [values, fanIn] of [
    [kernel!, 75],
    [biases!, 160],
  ] as const) {
    const bound = 1 / Math.sqrt(fanIn);
    assert.ok(Math.abs((sd(values) * Math.sqrt(3)) / bound - 1) < 4 / Math.sqrt(5 * values.length));
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    assert.ok(largest <= bound && largest > 0.95 * bound);
  }
  weights!.forEach((weight, i) => {
    assert.ok(Math.abs(second![2]![i]! - 2 * weight) <= 1e-7);
  });
  for (const i of [0, 1, 3, 4, 5]) assert.deepEqual(second![i], first![i]);
  // another run or seed: other numbers; the same: the same
  assert.deepEqual(initialParameters(network, stds, 5, 2), [first, second]);
  for (const [seed, run] of [
    [5, 3],
    [6, 2],
  ] as const)
    initialParameters(network, stds, seed, run)[0]!.forEach((values, i) => {
      assert.notDeepEqual(values, first![i]);
    });
  const zero = initialParameters({ ...network, biases: 'zero' }, stds, 5, 2)[0]!;
  assert.ok(zero[3]!.every((bias) => bias === 0));
  assert.deepEqual(zero[2], weights);
});

test('streams differ by run, epoch and purpose', () => {
  const firsts = [0, 1, 1048575].flatMap((run) =>
    [0, 1, 65535].flatMap((epoch) =>
      (['weights', 'biases', 'convolutions', 'order', 'augmentation', 'noise'] as const).map((purpose) =>
        runStream(1, run, epoch, purpose).uint32(),
      ),
    ),
  );
  assert.equal(new Set(firsts).size, firsts.length);
});
