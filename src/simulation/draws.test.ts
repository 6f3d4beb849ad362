import assert from 'node:assert/strict';
import { test } from 'node:test';

import gammaln = require('@stdlib/math-base-special-gammaln');

import { erf } from 'mathjs';
import { type RandomStream, randomStream } from '../core/random';
import { kolmogorovSmirnov } from '../estimators/kolmogorovSmirnov';
import { binomialSampler, chiSquared, coinTosses } from './draws';

/** P(χ² ≤ x) by the textbook's finite sum for integer degrees of freedom. */
function chiSquaredCdf(x: number, degrees: number): number {
  const half = x / 2;
  const odd = degrees % 2 === 1;
  let above = odd ? 1 - erf(Math.sqrt(half)) : 0;
  let term = odd ? (Math.exp(-half) * 2 * Math.sqrt(half)) / Math.sqrt(Math.PI) : Math.exp(-half);
  for (let i = odd ? 1.5 : 1; i <= degrees / 2; i++) {
    above += term;
    term *= half / i;
  }
  return Math.min(1, Math.max(0, 1 - above));
}

function binomialProbability(k: number, n: number, p: number): number {
  const logChoose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
  return Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** Pearson's χ² of the counts against Bin(n, p), as a distance from its mean in standard deviations. */
function misfit(draw: (stream: RandomStream) => number, n: number, p: number): number {
  const draws = 400_000;
  const stream = randomStream(11, n);
  const counts = new Map<number, number>();
  for (let i = 0; i < draws; i++) {
    const k = draw(stream);
    assert.ok(Number.isInteger(k) && k >= 0 && k <= n, `Bin(${n}, ${p}) gave ${k}`);
    counts.set(k, (counts.get(k) ?? 0) + 1);
  }
  let statistic = 0;
  let cells = 0;
  for (let k = 0; k <= n; k++) {
    const expected = draws * binomialProbability(k, n, p);
    if (expected < 10) continue;
    cells++;
    statistic += ((counts.get(k) ?? 0) - expected) ** 2 / expected;
  }
  return Math.abs(statistic - cells + 1) / Math.sqrt(2 * Math.max(1, cells - 1));
}

test('χ² draws follow the χ² distribution', () => {
  // oracle: the distribution function; fixed seed, so that p > 0.001 is deterministic
  for (const degrees of [1, 2, 3, 17, 64, 401]) {
    const stream = randomStream(5, degrees);
    const sample = Float64Array.from({ length: 1_000_000 }, () => chiSquared(stream, degrees));
    const { pValue } = kolmogorovSmirnov(sample, (x) => chiSquaredCdf(x, degrees));
    assert.ok(pValue > 0.001, `${degrees} degrees of freedom: p = ${pValue}`);
  }
});

test('χ² with 0 degrees of freedom is 0', () => {
  assert.equal(chiSquared(randomStream(1, 1), 0), 0);
});

test('binomial draws follow the binomial distribution', () => {
  // oracle: the exact probabilities; tolerance 4.5 standard deviations with a fixed seed
  for (const [n, p] of [
    [1, 0.3],
    [2, 0.5],
    [64, 0.5],
    [64, 0.01],
    [64, 0.45],
    [100, 0.97],
    [1000, 0.25],
    [20_000, 0.9],
  ] as const)
    assert.ok(misfit(binomialSampler(n, p), n, p) < 4.5, `Bin(${n}, ${p})`);
});

test('probability 1 is deterministic, and a million trials have the exact mean and variance', () => {
  const stream = randomStream(2, 0);
  assert.equal(binomialSampler(64, 1)(stream), 64);

  const draw = binomialSampler(1e6, 0.45);
  const sample = Float64Array.from({ length: 100_000 }, () => (draw(stream) - 450_000) / Math.sqrt(247_500));
  const mean = sample.reduce((sum, x) => sum + x) / sample.length;
  const square = sample.reduce((sum, x) => sum + x * x, 0) / sample.length;
  // standard errors 1/√100000 and √2/√100000; tolerance 4.5 of them
  assert.ok(Math.abs(mean) < 0.0143, `mean ${mean}`);
  assert.ok(Math.abs(square - 1) < 0.0202, `variance ${square}`);
});

test('coin tosses follow the binomial distribution, for whole and partial words', () => {
  for (const n of [1, 31, 32, 33, 64, 250])
    assert.ok(misfit((stream) => coinTosses(stream, n), n, 0.5) < 4.5, `${n} tosses`);
  assert.equal(coinTosses(randomStream(1, 1), 0), 0);
});
