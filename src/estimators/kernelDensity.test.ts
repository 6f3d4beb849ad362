import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../core/random';
import { kernelDensity } from './kernelDensity';
import { isClose, laws, reference, sampleOf } from './testData';

const { shifted } = reference.samples;

test("bandwidth, density and distribution function are SciPy's gaussian_kde", () => {
  for (const { rule, bandwidth, x, pdf, cdf } of reference.density) {
    const found = kernelDensity(shifted, { bandwidth: rule });
    assert.ok(isClose(found.bandwidth, bandwidth, 1e-14));
    // at -4 the density is 1e-9 of its peak: exponents of 20 have 20 ulp
    for (const [i, place] of x.entries()) assert.ok(isClose(found.pdf(place), pdf[i]!, 1e-13));
    // mean of 60 numbers (1 + erf)/2, each with an ulp or two of 1
    for (const [i, place] of x.entries()) assert.ok(Math.abs(found.cdf(place) - cdf[i]!) < 1e-15);
    const grid = found.grid({ from: x[0]!, to: x.at(-1)!, points: x.length });
    assert.deepEqual(grid.x, x);
    for (const [i, density] of grid.density.entries()) assert.ok(isClose(density, pdf[i]!, 1e-12));
  }
  assert.equal(kernelDensity(shifted).bandwidth, kernelDensity(shifted, { bandwidth: 'scott' }).bandwidth);
});

test("with weights too, bandwidth, density and distribution function are SciPy's", () => {
  // only the ratios of the weights matter, even where their sum would overflow
  for (const factor of [1, 1e-300, 1e305])
    for (const { rule, bandwidth, x, pdf, cdf } of reference.weightedDensity) {
      const weights = shifted.map((value) => factor * Math.exp(value));
      const found = kernelDensity(shifted, { bandwidth: rule, weights });
      assert.ok(isClose(found.bandwidth, bandwidth, 1e-13));
      for (const [i, place] of x.entries()) {
        assert.ok(isClose(found.pdf(place), pdf[i]!, 1e-12));
        assert.ok(Math.abs(found.cdf(place) - cdf[i]!) < 1e-14);
      }
      const grid = found.grid({ from: x[0]!, to: x.at(-1)!, points: x.length });
      for (const [i, density] of grid.density.entries()) assert.ok(isClose(density, pdf[i]!, 1e-11));
    }
});

test('a sample of weight 0 does not count, not even for the range of the grid', () => {
  const found = kernelDensity([1, 2, 4, 100], { weights: [3, 3, 3, 0] });
  const without = kernelDensity([1, 2, 4]);
  assert.ok(isClose(found.bandwidth, without.bandwidth, 1e-15));
  assert.ok(isClose(found.grid().x.at(-1)!, without.grid().x.at(-1)!, 1e-15));
});

test('the unit of the sample does not matter, from the smallest double to the largest', () => {
  // powers of two scale exactly; the density at 2⁻⁹⁹⁰ is about 2⁹⁹⁰
  const [one, x] = [kernelDensity([1, 2, 4]), 2];
  for (const unit of [2 ** -990, 2 ** 990]) {
    const scaled = kernelDensity([unit, 2 * unit, 4 * unit]);
    assert.equal(scaled.bandwidth, unit * one.bandwidth);
    assert.equal(scaled.pdf(x * unit), one.pdf(x) / unit);
    assert.equal(scaled.cdf(x * unit), one.cdf(x));
  }
});

test('a numeric bandwidth is the standard deviation of the kernel', () => {
  const normalDensity = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const { bandwidth, pdf } = kernelDensity([7], { bandwidth: 2 });
  assert.equal(bandwidth, 2);
  for (const x of [-3, 0, 1]) assert.ok(isClose(pdf(7 + 2 * x), normalDensity(x) / 2, 1e-15));
});

test('the grid is the density, however fine, coarse or far away', () => {
  const { pdf, grid, bandwidth } = kernelDensity(sampleOf(500, laws.normal(randomStream(20051878, 500))));
  for (const options of [
    {},
    { points: 5000 },
    { points: 2 },
    { from: -1000, to: 1000, points: 50 }, // steps of 150 bandwidths
    { from: 1, to: 1.01, points: 3 },
    { from: 50, to: 60 }, // no samples there
  ]) {
    const { x, density } = grid(options);
    // kernels are truncated at 1e-19 of the peak; the recurrence over j points loses about j² ulp, j up to
    // 2000 here
    for (const [i, place] of x.entries())
      assert.ok(Math.abs(density[i]! - pdf(place)) < 1e-10 * Math.max(pdf(place), 1e-6));
  }
  const { x, density } = grid();
  assert.equal(x.length, 200);
  // trapezoidal rule on the default grid: the mass beyond 3 bandwidths is below 0.2 % of a sample
  const mass = density.reduce((sum, p) => sum + p, 0) * (x[1]! - x[0]!);
  assert.ok(Math.abs(mass - 1) < 1e-3, `${mass}`);
  assert.ok(isClose(x[0]! + 3 * bandwidth, -x.at(-1)! + 3 * bandwidth, 0.5));
});

test('it converges to the true density', () => {
  // bias h² f″/2 = 0.0004 at h = 0.1, standard deviation √(f/(2√π n h)) = 0.0011; n = 10⁵
  const { pdf } = kernelDensity(sampleOf(10 ** 5, laws.normal(randomStream(20051878, 501))));
  for (const x of [0, 1, -2])
    assert.ok(Math.abs(pdf(x) - Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) < 0.006);
});

test('infinities, ties and one sample', () => {
  const { pdf, cdf } = kernelDensity([1, 1, 2]);
  assert.deepEqual([-Infinity, -1000, 1000, Infinity].map(cdf), [0, 0, 1, 1]);
  assert.equal(pdf(Infinity), 0);
  assert.equal(pdf(-Infinity), 0);
  assert.equal(pdf(1000), 0);
  assert.ok(pdf(1) > pdf(2));
});

test('errors name the invalid argument', () => {
  assert.throws(() => kernelDensity([1]), /^RangeError: sample must hold at least 2 numbers; got 1$/);
  assert.throws(
    () => kernelDensity([1, -Infinity]),
    /^RangeError: sample\[1\] must be finite; got -Infinity$/,
  );
  assert.throws(() => kernelDensity([1, NaN]), /^RangeError: sample\[1\] must be finite; got NaN$/);
  // 0.1 three times has a rounded mean, and a deviation of 1e-17
  for (const equal of [2, 0.1])
    assert.throws(
      () => kernelDensity([equal, equal, equal]),
      /^RangeError: bandwidth must be a number when all samples are equal; got 'scott'$/,
    );
  const weighted = (weights: unknown) => () => kernelDensity([1, 2], { weights: weights as number[] });
  assert.throws(weighted([1]), /^RangeError: weights must hold one number per sample \(2\); got 1$/);
  assert.throws(weighted([1, -1]), /^RangeError: weights\[1\] must be finite and at least 0; got -1$/);
  assert.throws(weighted([0, 0]), /^RangeError: weights must not all be 0$/);
  assert.throws(weighted(3), /^TypeError: weights must be an array of numbers; got 3$/);
  assert.throws(
    weighted([1, 0]),
    /^RangeError: the sample without weights of 0 must hold at least 2 numbers; got 1$/,
  );
  assert.throws(
    () => kernelDensity([1, 2], { bandwith: 1 } as never),
    /^TypeError: options may have bandwidth, weights; got "bandwith"$/,
  );
  assert.throws(
    () => kernelDensity([1, 2], { bandwidth: 0 }),
    /^RangeError: bandwidth must lie in \[1e-300, 1e\+300\]; got 0$/,
  );
  assert.throws(
    () => kernelDensity([1, 2], { bandwidth: 'silvermann' as 'silverman' }),
    /^RangeError: bandwidth \(unless a number\) must be one of 'scott', 'silverman'; got "silvermann"$/,
  );
  assert.throws(() => kernelDensity([1, 2]).pdf(NaN), /^TypeError: x must be a number/);
  assert.throws(() => kernelDensity([1, 2]).cdf(NaN), /^TypeError: x must be a number/);
  assert.throws(
    () => kernelDensity([1, 2]).grid({ from: 2, to: 1 }),
    /^RangeError: to must lie in \(2, ∞\); got 1$/,
  );
  assert.throws(
    () => kernelDensity([1, 2]).grid({ points: 1 }),
    /^RangeError: points must be an integer in \[2, 1000000\]/,
  );
});
