import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../core/random';
import { blockTailIndex } from './blockTailIndex';
import { isClose, laws, reference, sampleOf } from './testData';

test('the formula as NumPy evaluates it, with the largest divisor not above √n', () => {
  for (const name of ['normal', 'shifted'] as const) {
    const expected = reference.block[name];
    const found = blockTailIndex(reference.samples[name]);
    assert.equal(found.blockSize, expected.blockSize);
    // sums of 60 numbers; 1/α̂ is a difference of two means of similar size
    assert.ok(isClose(found.value, expected.value, 1e-12));
    assert.ok(isClose(found.standardError, expected.standardError, 1e-12));
  }
  assert.equal(blockTailIndex(new Array(12).fill(1)).blockSize, 3);
  assert.equal(blockTailIndex(new Array(26).fill(1)).blockSize, 2);
});

test('it recovers the index of symmetric stable distributions, with intervals that cover', () => {
  // oracle: the true index. 100 blocks of 100 have a standard error of about 4 %; 60 repetitions of 4
  // indices, 240 intervals of nominally 95 %: ± 4.2 % at 3 SE, and slightly less for only 100 blocks
  let covered = 0;
  for (const [stream, index] of [2, 1.5, 1, 0.8].entries()) {
    const draw = laws.stable(randomStream(20051878, 400 + stream), index);
    let sum = 0;
    for (let i = 0; i < 60; i++) {
      const { value, standardError } = blockTailIndex(sampleOf(10 ** 4, draw));
      sum += value;
      if (Math.abs(value - index) < 1.96 * standardError) covered++;
    }
    assert.ok(isClose(sum / 60, index, 0.03), `${sum / 60} for ${index}`);
  }
  assert.ok(covered / 240 > 0.89 && covered / 240 < 0.99, `${covered / 240}`);
});

test('other distributions: about 2 if centred with finite variance, about 1 if not centred', () => {
  const random = randomStream(20051878, 410);
  const uniform = sampleOf(10 ** 4, () => random.uniform() - 0.5);
  assert.ok(isClose(blockTailIndex(uniform).value, 2, 0.25));
  assert.ok(isClose(blockTailIndex(sampleOf(10 ** 4, laws.logNormal(random, 1))).value, 1, 0.15));
  // all equal: a block's sum is m times the number
  assert.ok(isClose(blockTailIndex([3, 3, 3, 3]).value, 1, 1e-15));
});

test('errors name the invalid argument', () => {
  assert.throws(() => blockTailIndex([1, 2, 3]), /^RangeError: sample must hold at least 4 numbers; got 3$/);
  assert.throws(
    () => blockTailIndex([1, 2, 3, 4, 5]),
    /^RangeError: sample must have a composite size, .*prime 5$/,
  );
  assert.throws(() => blockTailIndex([1, 2, 0, 4]), /^RangeError: sample\[2\] must not be 0/);
  assert.throws(
    () => blockTailIndex([1, 2, 3, -3]),
    /^RangeError: the sum of sample\[2\] … sample\[3\] must be finite and not 0; got 0$/,
  );
  assert.throws(() => blockTailIndex([1, 2, NaN, 4]), /^RangeError: sample\[2\] must be finite; got NaN$/);
});
