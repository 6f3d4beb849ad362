import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../core/random';
import { empiricalCdf } from './empiricalCdf';
import { kolmogorovSmirnov } from './kolmogorovSmirnov';
import { laws, reference, sampleOf } from './testData';

test("steps are SciPy's, ties merged", () => {
  const { cdf, steps } = empiricalCdf(reference.samples.tied);
  const { x, cdf: heights } = steps();
  assert.deepEqual(x, reference.empirical.x);
  assert.deepEqual(heights, reference.empirical.cdf);
  assert.deepEqual(x.map(cdf), heights);
});

test('the function is right-continuous, 0 on the left and 1 on the right', () => {
  const { cdf } = empiricalCdf([3, 1, 3, 2]);
  assert.deepEqual(
    [-Infinity, 0.9, 1, 1.5, 2.999, 3, 99, Infinity].map(cdf),
    [0, 0, 0.25, 0.25, 0.5, 1, 1, 1],
  );
});

test('−Infinity is an atom to the left of every number', () => {
  const { cdf, steps } = empiricalCdf([-Infinity, 5, -Infinity, 6]);
  assert.equal(cdf(-Infinity), 0.5);
  assert.equal(cdf(-1e300), 0.5);
  assert.deepEqual(steps().x, [5, 6]);
  assert.deepEqual(steps().cdf, [0.75, 1]);
});

test('the band covers the whole distribution function as often as its level says', () => {
  // DKW with Massart's constant is a bound, close at n = 100: 500 repetitions of a 90 % band, ± 4 % at 3 SE
  const random = randomStream(20051878, 600);
  const draw = laws.pareto(random, 1);
  let covered = 0;
  for (let i = 0; i < 500; i++) {
    const sample = sampleOf(100, draw);
    const distance = kolmogorovSmirnov(sample, (x) => 1 - 1 / x).statistic;
    if (distance <= empiricalCdf(sample).bandHalfWidth(0.9)) covered++;
  }
  assert.ok(covered / 500 > 0.87 && covered / 500 < 0.96, `${covered / 500}`);
});

test('the plotted band has the half width, clipped to [0, 1]', () => {
  const ecdf = empiricalCdf(sampleOf(50, laws.normal(randomStream(20051878, 601))));
  const width = ecdf.bandHalfWidth(0.99);
  assert.ok(Math.abs(width - Math.sqrt(Math.log(200) / 100)) < 1e-15);
  const { cdf, lower, upper } = ecdf.steps({ level: 0.99 });
  assert.deepEqual(
    lower,
    cdf.map((p) => Math.max(0, p - width)),
  );
  assert.deepEqual(
    upper,
    cdf.map((p) => Math.min(1, p + width)),
  );
});

test('integer weights are repetitions', () => {
  // oracle: the unweighted function of the repeated sample
  const weighted = empiricalCdf([3, -Infinity, 1, 2, 9], { weights: [2, 1, 4, 1, 0] });
  const repeated = empiricalCdf([3, 3, -Infinity, 1, 1, 1, 1, 2]);
  for (const x of [-Infinity, 0, 1, 1.5, 2, 3, 9, Infinity]) assert.equal(weighted.cdf(x), repeated.cdf(x));
  assert.deepEqual(weighted.steps().x, repeated.steps().x);
  assert.deepEqual(weighted.steps().cdf, repeated.steps().cdf);
  // the effective size 8²/(4 + 1 + 16 + 1) stands for n in the band
  assert.ok(Math.abs(weighted.bandHalfWidth() - repeated.bandHalfWidth() * Math.sqrt(22 / 8)) < 1e-15);
  assert.deepEqual(empiricalCdf([1, 2], { weights: [7, 7] }).steps(), empiricalCdf([1, 2]).steps());
});

test('many steps are reduced to points of the same function', () => {
  const sample = sampleOf(10 ** 4, laws.normal(randomStream(20051878, 602)));
  const { cdf, steps } = empiricalCdf(sample);
  const { x, cdf: heights } = steps();
  assert.equal(x.length, 500);
  assert.equal(
    x[0],
    sample.reduce((a, b) => Math.min(a, b)),
  );
  assert.equal(heights.at(-1), 1);
  assert.deepEqual(x.map(cdf), heights);
  // even in rank: 10⁴/499 apart, rounded
  for (let i = 1; i < 500; i++) assert.ok(heights[i]! - heights[i - 1]! < 22e-4);
  assert.equal(steps({ points: 7 }).x.length, 7);
});

test('errors name the invalid argument', () => {
  assert.throws(() => empiricalCdf([]), /^RangeError: sample must hold at least 1 number; got 0$/);
  assert.throws(
    () => empiricalCdf([NaN]),
    /^RangeError: sample\[0\] must be a number or ±Infinity; got NaN$/,
  );
  assert.throws(() => empiricalCdf([1]).cdf(NaN), /^TypeError: x must be a number or ±Infinity; got NaN$/);
  assert.throws(() => empiricalCdf([1]).bandHalfWidth(1), /^RangeError: level must lie in \(0, 1\); got 1$/);
  assert.throws(
    () => empiricalCdf([1]).steps({ points: 1 }),
    /^RangeError: points must be an integer in \[2, /,
  );
  assert.throws(
    () => empiricalCdf(5 as unknown as number[]),
    /^TypeError: sample must be an array of numbers; got 5$/,
  );
});
