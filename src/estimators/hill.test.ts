import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../core/random';
import { hillEstimates, hillTailIndex } from './hill';
import { isClose, laws, reference, sampleOf } from './testData';

const { shifted } = reference.samples;

test("Hill's estimate is SciPy's exponential fit to the log-excesses", () => {
  for (const { k, value, standardError } of reference.hill) {
    const found = hillTailIndex(shifted, k);
    assert.ok(isClose(found.value, value, 1e-13));
    assert.ok(isClose(found.standardError, standardError, 1e-13));
  }
});

test('intervals cover the tail index of a Pareto distribution', () => {
  // k/α̂ is Gamma(k, 1)/α, so α̂ ± 1.96 α̂/√k covers 94.9 % at k = 200; 400 repetitions: ± 3.3 % at 3 SE
  const draw = laws.pareto(randomStream(20051878, 300), 0.8);
  let covered = 0;
  for (let i = 0; i < 400; i++) {
    const { value, standardError } = hillTailIndex(sampleOf(1000, draw), 200);
    if (Math.abs(value - 0.8) < 1.96 * standardError) covered++;
  }
  assert.ok(covered / 400 > 0.915 && covered / 400 < 0.985, `${covered / 400}`);
});

test('tails of stable and t distributions', () => {
  // oracle: the exact tail indices. The power law holds only in the limit: the bias is 1 % at the top 0.5 %,
  // and the standard error of 500 samples is 4.5 %
  const random = randomStream(20051878, 301);
  for (const [draw, index] of [
    [laws.stable(random, 1.2), 1.2],
    [laws.stable(random, 0.8), 0.8],
    [laws.studentT(random, 2), 2],
  ] as const) {
    const { value } = hillTailIndex(sampleOf(10 ** 5, draw), 500);
    assert.ok(isClose(value, index, 0.12), `${value} for ${index}`);
  }
});

test('the plot is level for a Pareto distribution and drifts for a log-normal one', () => {
  const random = randomStream(20051878, 302);
  const spread = (draw: () => number) => {
    const { value } = hillEstimates(sampleOf(10 ** 5, draw), [100, 1000, 10000]);
    return Math.max(...value) / Math.min(...value);
  };
  // Pareto: standard errors 10 %, 3 %, 1 %; log-normal: local index (log quantile)/σ²
  assert.ok(spread(laws.pareto(random, 1.5)) < 1.3);
  assert.ok(spread(laws.logNormal(random, 1)) > 1.8);
});

test('the plot repeats the estimate, by default for about 50 values of k', () => {
  const plot = hillEstimates(sampleOf(2000, laws.pareto(randomStream(20051878, 303), 1)));
  assert.equal(plot.k[0], 10);
  assert.equal(plot.k.at(-1), 400);
  assert.ok(plot.k.length > 40 && plot.k.length <= 51);
  const sample = [5, -4, 3, 2, 1];
  assert.deepEqual(hillEstimates(sample, [3, 1]), {
    k: [3, 1],
    value: [hillTailIndex(sample, 3).value, hillTailIndex(sample, 1).value],
    standardError: [hillTailIndex(sample, 3).standardError, hillTailIndex(sample, 1).standardError],
  });
});

test('scale, signs and zeros do not matter; ties do', () => {
  const { value } = hillTailIndex([8, 4, 4, 2, 1], 3);
  assert.ok(isClose(value, 3 / Math.log(16), 1e-15));
  // logarithms of 700 have an ulp of 1e-13
  assert.ok(isClose(hillTailIndex([-8e300, 4e300, -4e300, 2e300, 0, 0], 3).value, value, 3e-13));
  // half of the sample is zero; the default k stay above the zeros
  const half = sampleOf(1000, laws.pareto(randomStream(20051878, 304), 1)).map((x, i) => (i % 2 ? x : 0));
  assert.equal(hillEstimates(half).k.at(-1), 100);
});

test('errors name the invalid argument', () => {
  assert.throws(() => hillTailIndex([1], 1), /^RangeError: sample must hold at least 2 numbers; got 1$/);
  assert.throws(() => hillTailIndex([1, NaN], 1), /^RangeError: sample\[1\] must be finite; got NaN$/);
  assert.throws(() => hillTailIndex([1, -Infinity], 1), /^RangeError: sample\[1\] must be finite/);
  assert.throws(() => hillTailIndex([1, 2], 2), /^RangeError: k must be an integer in \[1, 1\]; got 2$/);
  assert.throws(() => hillTailIndex([1, 2, 3], 0), /^RangeError: k must be an integer in \[1, 2\]; got 0$/);
  assert.throws(() => hillTailIndex([2, 2, 2], 1), /^RangeError: the 2 largest samples must be positive/);
  assert.throws(() => hillTailIndex([2, 1, 0], 2), /^RangeError: the 3 largest samples must be positive/);
  assert.throws(
    () => hillEstimates([3, 2, 1], [1, 3]),
    /^RangeError: ks\[1\] must be an integer in \[1, 2\]; got 3$/,
  );
  assert.throws(() => hillEstimates([3, 2, 1], 3 as unknown as number[]), /^TypeError: ks must be an array/);
  assert.throws(
    () => hillEstimates([3, 2, 1]),
    /^RangeError: sample must hold at least 50 nonzero numbers unless ks is given/,
  );
});
