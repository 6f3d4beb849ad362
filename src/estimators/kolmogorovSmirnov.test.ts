import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../core/random';
import { kolmogorovSmirnov } from './kolmogorovSmirnov';
import { isClose, reference } from './testData';

const { normal, shifted, tied } = reference.samples;
const { limit, logistic, twoSamples, tail, oneSided, exactOneSample, exactTwoSamples } =
  reference.kolmogorovSmirnov;

/** Evenly spaced, so that the distance to the uniform law on [shift, 1 + shift] is 1/(2n) + shift. */
const grid = (n: number) => Array.from({ length: n }, (_, i) => (i + 0.5) / n);
const uniformCdf = (shift: number) => (x: number) => Math.min(1, Math.max(0, x - shift));

test("a sample against a distribution: SciPy's statistic", () => {
  // oracle: scipy.stats.ks_1samp with the logistic distribution, whose CDF is elementary
  const { statistic, pValue } = kolmogorovSmirnov(normal, (x) => 1 / (1 + Math.exp(-x)));
  assert.ok(Math.abs(statistic - logistic.statistic) < 1e-15);
  assert.ok(isClose(pValue, logistic.pValue, 1e-12));
});

test("two samples, with and without ties: SciPy's statistic", () => {
  for (const [a, b, expected] of [
    [normal, shifted, twoSamples.normalShifted],
    [tied, normal, twoSamples.tiedNormal],
  ] as const) {
    const { statistic, pValue } = kolmogorovSmirnov(a, b);
    assert.ok(Math.abs(statistic - expected.statistic) < 1e-15);
    assert.ok(isClose(pValue, expected.pValue, 1e-12));
    const swapped = kolmogorovSmirnov(b, a);
    assert.equal(swapped.statistic, statistic);
    assert.ok(isClose(swapped.pValue, pValue, 1e-13)); // the same paths, summed in another order
  }
});

test("the p-value is Kolmogorov's limit at Stephens' argument, on both sides of the change of series", () => {
  // oracle: scipy.stats.kstwobign; the test inverts λ(D), which loses a few ulp of the argument
  const n = 10 ** 5;
  const factor = Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n);
  const sample = grid(n);
  for (const { x, survival } of limit) {
    const { pValue } = kolmogorovSmirnov(sample, uniformCdf(x / factor - 0.5 / n));
    assert.ok(Math.abs(pValue - survival) < 1e-10 * survival, `x = ${x}: ${pValue} against ${survival}`);
  }
});

test('one-sided tests, of one sample and of two: SciPy, exactly', () => {
  const logisticCdf = (x: number) => 1 / (1 + Math.exp(-x));
  for (const [sample, other, expected] of [
    [normal, logisticCdf, oneSided.logistic],
    [normal, shifted, oneSided.normalShifted],
    [tied, normal, oneSided.tiedNormal],
  ] as const)
    for (const { alternative, statistic, pValue } of expected) {
      const found = kolmogorovSmirnov(sample, other, { alternative });
      assert.ok(Math.abs(found.statistic - statistic) < 1e-15);
      assert.ok(isClose(found.pValue, pValue, 1e-12), `${alternative}: ${found.pValue} against ${pValue}`);
    }
});

test('one sample: the p-value is exact to n = 1000, and then as near as documented', () => {
  // oracle: SciPy's exact distribution of D (kstwo). At n = 1000 SciPy itself has 7 digits, in the tail 10
  for (const { n, statistic, pValue } of [...exactOneSample, ...tail]) {
    const found = kolmogorovSmirnov(grid(n), uniformCdf(statistic - 0.5 / n));
    assert.ok(Math.abs(found.statistic - statistic) < 1e-12);
    // D has an error of 1e-16, which the tail at n = 1000 amplifies by 4nD = 800 of its own size
    const exact = isClose(found.pValue, pValue, pValue < 1e-3 ? 1e-9 : n < 1000 ? 1e-11 : 2e-7);
    const near = Math.abs(found.pValue - pValue) < Math.min(0.005, pValue / 5);
    assert.ok(n <= 1000 ? exact : near, `n = ${n}, p = ${pValue}: ${found.pValue}`);
  }
});

test('one-sided p-values of one and two numbers', () => {
  // oracle: by hand, D ≥ d if a single number is below 1 − d, and for d > 1/2 if both of two are
  const at = (n: number, d: number) =>
    kolmogorovSmirnov(grid(n), uniformCdf(d - 0.5 / n), { alternative: 'greater' }).pValue;
  assert.ok(isClose(at(1, 0.7), 0.3, 1e-14));
  assert.ok(isClose(at(2, 0.6), 0.4 ** 2, 1e-14));
});

test('two samples: the p-value is exact to a product of 10⁶, and then as near as documented', () => {
  // oracle: SciPy's exact distribution of the two-sample D (path counting)
  for (const { n, m, statistic, pValue } of exactTwoSamples) {
    // F₁ − F₂ is largest just after one of i/n, where it is the multiple `statistic` of 1/lcm
    const first = Array.from({ length: n }, (_, i) => (i + 1) / n);
    const second = Array.from({ length: m }, (_, j) => j / m + statistic + 0.5 / (n * m));
    const found = kolmogorovSmirnov(first, second);
    assert.ok(Math.abs(found.statistic - statistic) < 1.01 / (n * m)); // at most one step of D
    const near = Math.abs(found.pValue - pValue) < Math.min(0.025, pValue / 5);
    const exact = Math.abs(found.statistic - statistic) > 1e-9 || isClose(found.pValue, pValue, 1e-12);
    assert.ok(n * m <= 1e6 ? exact : near, `n = ${n}, m = ${m}, p = ${pValue}: ${found.pValue}`);
  }
});

test('p-values under the null hypothesis are uniform', () => {
  // 400 p-values of 200 uniform numbers each, tested against U(0, 1); seed fixed
  const random = randomStream(20051878, 1);
  const pValues = Array.from(
    { length: 400 },
    () =>
      kolmogorovSmirnov(
        Array.from({ length: 200 }, () => random.uniform()),
        uniformCdf(0),
      ).pValue,
  );
  assert.ok(kolmogorovSmirnov(pValues, uniformCdf(0)).pValue > 1e-3);
});

test('the p-value is small for a different distribution', () => {
  const random = randomStream(20051878, 2);
  const sample = Array.from({ length: 1000 }, () => random.uniform());
  assert.ok(kolmogorovSmirnov(sample, uniformCdf(0.1)).pValue < 1e-6); // D ≥ 0.1 minus noise of 0.04
});

test('infinities are ordered; equal samples and all-equal values give 0', () => {
  assert.equal(kolmogorovSmirnov([-Infinity, 1, 2, Infinity], [-Infinity, 1, 2, Infinity]).statistic, 0);
  assert.equal(kolmogorovSmirnov([-Infinity, 1], [1, 1]).statistic, 0.5);
  assert.deepEqual(kolmogorovSmirnov([3, 3, 3], [3]), { statistic: 0, pValue: 1 });
  assert.equal(kolmogorovSmirnov([-Infinity, 0.5], (x) => (x === -Infinity ? 0 : x)).statistic, 0.5);
  assert.equal(kolmogorovSmirnov(new Float32Array([0.25]), (x) => x).statistic, 0.75);
});

test('errors name the invalid argument', () => {
  assert.throws(() => kolmogorovSmirnov([], [1]), /^RangeError: sample must hold at least 1 number; got 0$/);
  assert.throws(() => kolmogorovSmirnov([1], []), /^RangeError: other must hold at least 1 number; got 0$/);
  assert.throws(() => kolmogorovSmirnov([1, NaN], [1]), /^RangeError: sample\[1\] must be .*; got NaN$/);
  assert.throws(() => kolmogorovSmirnov([1], [NaN]), /^RangeError: other\[0\] must be .*; got NaN$/);
  assert.throws(() => kolmogorovSmirnov([1], () => 2), /^RangeError: other\(1\) must be .*\[0, 1\]; got 2$/);
  assert.throws(() => kolmogorovSmirnov([1], () => NaN), /got NaN$/);
  assert.throws(
    () => kolmogorovSmirnov([1], [2], { alternative: 'larger' as 'less' }),
    /^RangeError: alternative must be one of 'two-sided', 'less', 'greater'; got "larger"$/,
  );
  assert.throws(
    () => kolmogorovSmirnov('12' as unknown as number[], [1]),
    /^TypeError: sample must be an array of numbers; got "12"$/,
  );
  assert.throws(
    () => kolmogorovSmirnov(['1'] as unknown as number[], [1]),
    /^TypeError: sample\[0\] must be a number; got "1"$/,
  );
});
