import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';

import digamma = require('@stdlib/math-base-special-digamma');
import trigamma = require('@stdlib/math-base-special-trigamma');

import fc from 'fast-check';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { logNormMoments, lyapunovExponent } from './logNorm';
import { momentFactor } from './moments';
import { kaimingStd } from './std';

interface ReferenceRow {
  lower: number;
  upper: number;
  keep: number;
  width: number;
  mean: string;
  variance: string;
  zero: string;
}
const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/moments.json'), 'utf8'),
) as { logNorm: ReferenceRow[] };

function assertMoments(
  actual: { mean: number; variance: number },
  expected: { mean: number; variance: number },
  what: string,
): void {
  // documented accuracy: absolute for the mean (which passes through 0), relative for the variance
  assert.ok(Math.abs(actual.mean - expected.mean) <= 1e-12, `${what}: mean ${actual.mean}, ${expected.mean}`);
  const error = Math.abs(actual.variance / expected.variance - 1);
  assert.ok(error <= 1e-12, `${what}: variance ${actual.variance}, ${expected.variance}`);
}

// Oracle: 20-digit arithmetic by another method: polygamma mixtures, derivatives of E Q^p at p = 0.
test('mean, variance and atom are those of the 20-digit reference', () => {
  assert.ok(reference.logNorm.length > 100);
  for (const { lower, upper, keep, width, mean, variance, zero } of reference.logNorm) {
    const what = JSON.stringify({ lower, upper, keep, width });
    const actual = logNormMoments({ activation: { lower, upper, keep, scale: 1 }, width });
    assertMoments(actual, { mean: Number(mean), variance: Number(variance) }, what);
    assert.ok(Math.abs(actual.zeroProbability - Number(zero)) <= 1e-14 * Number(zero), what);
  }
});

/** ½ log Q for Q = χ²ₙ, n ~ Bin(width, probability) given n ≥ 1, from digamma and trigamma. */
function mixture(width: number, probability: number): { mean: number; variance: number } {
  const terms: { weight: number; mean: number; variance: number }[] = [];
  let logWeight = width * Math.log1p(-probability);
  for (let n = 1; n <= width; n++) {
    logWeight += Math.log(((width - n + 1) / n) * (probability / (1 - probability)));
    terms.push({
      weight: Math.exp(logWeight),
      mean: (Math.LN2 + digamma(n / 2)) / 2,
      variance: trigamma(n / 2) / 4,
    });
  }
  const average = (f: (term: (typeof terms)[number]) => number) =>
    terms.reduce((sum, term) => sum + term.weight * f(term), 0) /
    terms.reduce((sum, term) => sum + term.weight, 0);
  const mean = average((term) => term.mean);
  return { mean, variance: average((term) => term.variance + (term.mean - mean) ** 2) };
}

// Widths on both sides of the change of method (relative variance 0.002: width 1000 for linear, 2500 for
// ReLU).
test('linear is digamma and trigamma, ReLU and dropout their binomial mixture', () => {
  for (const width of [1, 2, 7, 100, 500, 999, 1000, 1001, 1002, 5000, 77777])
    assertMoments(
      logNormMoments({ activation: linear, width }),
      { mean: (Math.LN2 + digamma(width / 2)) / 2, variance: trigamma(width / 2) / 4 },
      `linear, width ${width}`,
    );
  for (const width of [1, 2, 9, 64, 1000, 2499, 2501, 4000]) {
    assertMoments(logNormMoments({ activation: relu, width }), mixture(width, 0.5), `ReLU, width ${width}`);
    const dropped = dropout(linear, { rate: 0.3, inverted: false });
    assertMoments(logNormMoments({ activation: dropped, width }), mixture(width, 0.7), `dropout ${width}`);
  }
});

// log E[Q^p | Q > 0]/p = 2·mean + 2p·variance + O(p²): with ±p impossible, three orders are extrapolated to
// p = 0. The remainder (p³ times a fourth cumulant of order 1) and rounding/p bound the error by 1e-8.
test('the mean is the derivative of the log-moment at order 0', () => {
  for (const activation of [leakyRelu(0.1), rrelu(-0.4, 0.7), dropout(rrelu(0.1, 0.3), { rate: 0.2 })])
    for (const width of [4, 64]) {
      const { mean, zeroProbability } = logNormMoments({ activation, width });
      const slope = (order: number) =>
        (Math.log(momentFactor({ activation, width, order })) - Math.log1p(-zeroProbability)) / order;
      const h = 1e-3;
      const extrapolated = 3 * slope(h) - 3 * slope(2 * h) + slope(3 * h);
      assert.ok(Math.abs(extrapolated - mean) < 1e-8, `${extrapolated} ${mean}`);
    }
});

// variance = κ/(4d) + O(1/d²), κ = p₄/p₂² − 1: 5 for ReLU, 2 for linear.
test('for large width the variance is κ/(4 width)', () => {
  const scaled = (activation: Activation) => logNormMoments({ activation, width: 1e6 }).variance * 4e6;
  assert.ok(Math.abs(scaled(linear) - 2) < 1e-5);
  assert.ok(Math.abs(scaled(relu) - 5) < 1e-4);
});

test('equal activations agree, and a scale shifts the mean', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -2, max: 2, noNaN: true }).filter((a) => Math.abs(a) > 1e-6),
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      fc.constantFrom(3, 50, 5000),
      (slope, scale, width) => {
        const fixed = logNormMoments({ activation: leakyRelu(slope), width });
        assert.deepEqual(logNormMoments({ activation: rrelu(slope, slope), width }), fixed);
        const scaled = logNormMoments({ activation: { ...leakyRelu(slope), scale }, width });
        assertMoments(scaled, { ...fixed, mean: fixed.mean + Math.log(scale) }, `slope ${slope}`);
      },
    ),
    { seed: 5, numRuns: 30 },
  );
});

// Jensen: E ½ log Q < ½ log E Q, so the exponent at Kaiming's std is negative.
test('the Lyapunov exponent is the mean plus the log of the weights, negative for Kaiming', () => {
  for (const activation of [linear, relu, leakyRelu(0.01), rrelu(0.1, 0.3)])
    for (const width of [2, 64, 4096]) {
      const weightStd = kaimingStd({ activation, width });
      const exponent = lyapunovExponent({ activation, width, weightStd });
      assert.ok(exponent < 0);
      assert.equal(exponent, Math.log(weightStd) + logNormMoments({ activation, width }).mean);
    }
});

test('errors name the invalid argument', () => {
  for (const width of [0, 1e6 + 1, 2.5, Number.NaN])
    assert.throws(() => logNormMoments({ activation: relu, width }), /^RangeError: width must be an integer/);
  assert.throws(() => logNormMoments({ activation: relu, width: '2' as unknown as number }), TypeError);
  assert.throws(() => logNormMoments({ activation: 3 as unknown as Activation, width: 2 }), TypeError);
  assert.throws(
    () => logNormMoments({ activation: { ...relu, lower: -1e-60 }, width: 2 }),
    /^RangeError: activation.lower/,
  );
  for (const weightStd of [0, -1, Infinity])
    assert.throws(
      () => lyapunovExponent({ activation: relu, width: 2, weightStd }),
      /^RangeError: weightStd must lie in \(0, ∞\)/,
    );
  assert.throws(() => lyapunovExponent({ activation: relu, width: 0, weightStd: 1 }), /width/);
});
