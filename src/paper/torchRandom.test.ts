import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { TorchGenerator } from './torchRandom';

interface TorchReference {
  rows: {
    seed: number;
    first64: number[];
    firstMatrixRow0: number[];
    firstMatrixRow63: number[];
    secondMatrixSum: number;
  }[];
  sizes: { seed: number; size: number; values: number[]; nextThree: number[] }[];
}

// oracle: PyTorch 2.13's own output
const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/torch-randn.json'), 'utf8'),
) as TorchReference;

/** PyTorch's vectorised log and cos may round the last bit of numbers up to 4 differently: half of 2⁻²¹. */
const float32Accuracy = 2.4e-7;

function assertClose(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (const [i, value] of expected.entries())
    assert.ok(
      Math.abs(actual[i]! - value) <= float32Accuracy,
      `${what}[${i}]: ${actual[i]} instead of ${value}`,
    );
}

test('long tensors agree with PyTorch to float32 accuracy', () => {
  for (const row of reference.rows) {
    const generator = new TorchGenerator(row.seed);
    assertClose(generator.randn(64), row.first64, `seed ${row.seed}`);
    const first = generator.randn(64 * 64);
    assertClose(first.subarray(0, 64), row.firstMatrixRow0, `seed ${row.seed}, row 0`);
    assertClose(first.subarray(63 * 64), row.firstMatrixRow63, `seed ${row.seed}, row 63`);
    const sum = generator.randn(64 * 64).reduce((total, x) => total + x, 0);
    // 4096 roundings of up to 1.2e-7 add up to 4.4e-6 as a random walk
    assert.ok(Math.abs(sum - row.secondMatrixSum) < 2e-5, `seed ${row.seed}: sum ${sum}`);
  }
});

test('every size agrees with PyTorch, below 16 exactly, with the half pair kept for the next call', () => {
  for (const { seed, size, values, nextThree } of reference.sizes) {
    const generator = new TorchGenerator(seed);
    const actual = generator.randn(size);
    const next = generator.randn(3);
    if (size < 16) {
      assert.deepEqual([...actual], values);
      assert.deepEqual([...next], nextThree);
    } else {
      assertClose(actual, values, `size ${size}`);
      assertClose(next, nextThree, `after size ${size}`);
    }
  }
});

test('only the low 32 bits of a seed matter', () => {
  assert.deepEqual(new TorchGenerator(2 ** 40 + 5).randn(3), new TorchGenerator(5).randn(3));
  assert.notDeepEqual(new TorchGenerator(6).randn(3), new TorchGenerator(5).randn(3));
});

test('invalid seeds and sizes throw', () => {
  assert.throws(() => new TorchGenerator(-1), {
    name: 'RangeError',
    message: 'seed must be an integer in [0, 2⁵³ − 1]; got -1',
  });
  assert.throws(() => new TorchGenerator('0' as unknown as number), TypeError);
  const generator = new TorchGenerator(0);
  assert.throws(() => generator.randn(1.5), {
    name: 'RangeError',
    message: 'size must be an integer in [0, 100000000]; got 1.5',
  });
  assert.equal(generator.randn(0).length, 0);
});
