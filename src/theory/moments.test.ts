import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { gammaRatio } from './gammaRatio';
import { logNormMoments } from './logNorm';
import { meanFourthPower, meanSquare, momentFactor } from './moments';

interface ReferenceRow {
  lower: number;
  upper: number;
  keep: number;
  width: number;
  order: number;
  factor: string;
}
const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/moments.json'), 'utf8'),
) as { moments: ReferenceRow[] };

function assertClose(actual: number, expected: number, tolerance: number, what: string): void {
  const error = Math.abs(actual / expected - 1);
  assert.ok(
    error <= tolerance,
    `${what}: ${actual} is not ${expected} within ${tolerance}, but ${error.toExponential(1)} off`,
  );
}

const finiteSlope = fc.double({ min: -3, max: 3, noNaN: true }).filter((a) => a === 0 || Math.abs(a) > 1e-6);
const anyActivation: fc.Arbitrary<Activation> = fc
  .record({
    slopes: fc.tuple(finiteSlope, finiteSlope),
    fixed: fc.boolean(),
    keep: fc.double({ min: 0.05, max: 1, noNaN: true }),
    scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
  })
  .map(({ slopes: [a, b], fixed, keep, scale }) => ({
    lower: fixed ? a : Math.min(a, b),
    upper: fixed ? a : Math.max(a, b),
    keep,
    scale,
  }));

// Oracle: 20-digit arithmetic by another method (binomial sums, an integral over 1 − L). Its 1440 values
// cover the activations, widths up to 10⁶ and orders from 0.01 to 10. 1e-12 is the documented accuracy.
test('the moments are those of the 20-digit reference', () => {
  assert.ok(reference.moments.length > 1000);
  for (const { lower, upper, keep, width, order, factor } of reference.moments)
    assertClose(
      momentFactor({ activation: { lower, upper, keep, scale: 1 }, width, order }),
      Number(factor),
      1e-12,
      JSON.stringify({ lower, upper, keep, width, order }),
    );
});

// E Q² = d p₄ + d(d − 1) p₂² and E Q³ = d p₆ + 3d(d − 1) p₄p₂ + d(d − 1)(d − 2) p₂³, with no integral at all.
test('even orders are polynomials in the moments of one unit', () => {
  fc.assert(
    fc.property(anyActivation, fc.integer({ min: 1, max: 1e6 }), (activation, width) => {
      const { lower: l, upper: u, keep, scale } = activation;
      // E slope⁶ as a sum, which does not cancel if lower is close to upper
      const slope6 = [0, 1, 2, 3, 4, 5, 6].reduce((sum, i) => sum + l ** i * u ** (6 - i), 0) / 7;
      const [p2, p4, p6] = [
        meanSquare(activation),
        meanFourthPower(activation),
        15 * keep * scale ** 6 * (0.5 + slope6 / 2),
      ];
      const d = width;
      const square = d * p4 + d * (d - 1) * p2 ** 2;
      const cube = d * p6 + 3 * d * (d - 1) * p4 * p2 + d * (d - 1) * (d - 2) * p2 ** 3;
      assertClose(momentFactor({ activation, width, order: 4 }), square, 1e-12, 'order 4');
      assertClose(momentFactor({ activation, width, order: 6 }), cube, 1e-12, 'order 6');
    }),
    { seed: 1, numRuns: 60 },
  );
});

/** ₂F₁(a, b; c; z) by its series, |z| < 1. */
function hypergeometric(a: number, b: number, c: number, z: number): number {
  let sum = 1;
  let term = 1;
  for (let n = 0; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 5000; n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
  }
  return sum;
}

// Q = χ²_d · (a² + (1 − a²)B), B ~ Beta(n/2, (d − n)/2), n ~ Bin(d, ½): a hypergeometric function for each n.
// For |1 − a²| < 0.8 the series is short; alternating terms may cost two digits.
test('Leaky ReLU agrees with the binomial mixture of hypergeometric functions', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 1.3, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0.01, max: 12, noNaN: true }),
      (slope, d, order) => {
        const p = order / 2;
        let sum = 0;
        let weight = 2 ** -d;
        for (let n = 0; n <= d; n++) {
          sum += weight * hypergeometric(-p, (d - n) / 2, d / 2, 1 - slope * slope);
          weight *= (d - n) / (n + 1);
        }
        const expected = 2 ** p * gammaRatio(d / 2, p) * sum;
        assertClose(
          momentFactor({ activation: leakyRelu(slope), width: d, order }),
          expected,
          1e-12,
          'mixture',
        );
      },
    ),
    { seed: 2, numRuns: 60 },
  );
});

// For one unit: E|φ|^order = keep · E|g|^order · (1 + E|slope|^order)/2, elementary for a
// uniform slope.
test('at width 1 the moment is that of one unit', () => {
  for (const order of [0.01, 0.7, 1, 2.5, 9, 40])
    for (const [lower, upper] of [
      [-2, 0.5],
      [0, 1],
      [0.125, 1 / 3],
      [0.2, 0.2000001],
    ] as const) {
      const primitive = (a: number) => (Math.sign(a) * Math.abs(a) ** (order + 1)) / (order + 1);
      const slope = (primitive(upper) - primitive(lower)) / (upper - lower);
      const normal = 2 ** (order / 2) * gammaRatio(0.5, order / 2);
      // the formula of the test loses all but 9 digits for 0.2000001 − 0.2
      const tolerance = upper - lower < 1e-6 ? 1e-8 : 1e-12;
      assertClose(
        momentFactor({ activation: { lower, upper, keep: 0.7, scale: 3 }, width: 1, order }),
        0.7 * 3 ** order * normal * (0.5 + slope / 2),
        tolerance,
        `slopes ${lower} to ${upper}, order ${order}`,
      );
    }
});

// Exactly equal, since these are equal activations.
test('equal activations have equal moments', () => {
  const at = (activation: Activation) => momentFactor({ activation, width: 17, order: 1.3 });
  assert.equal(at(leakyRelu(0)), at(relu));
  assert.equal(at(leakyRelu(1)), at(linear));
  assert.equal(at(leakyRelu(-1)), at(linear)); // only φ² counts
  assert.equal(at(rrelu(0.2, 0.2)), at(leakyRelu(0.2)));
  assert.equal(at(dropout(relu, { rate: 0 })), at(relu));
});

// The closed form (one slope, binomial) against the integral for two slopes that differ as little as doubles
// allow: a slope of 1 + 2e-16 or 1e-40 changes the moment by less than rounding.
test('closed form and integral agree where they meet', () => {
  for (const width of [1, 5, 64, 1000, 123456, 1e6])
    for (const order of [0.05, 1, 1.9, 5, 100])
      for (const keep of [1, 0.3, 0.01])
        for (const [closed, integral] of [
          [0, 1e-40],
          [1, 1 + 2 ** -52],
        ] as const) {
          if (closed === 0 && order < 1) continue; // (1e-40)^0.05 is not small
          const activation = (slope: number) => ({ lower: slope, upper: slope, keep, scale: 1 });
          assertClose(
            momentFactor({ activation: activation(closed), width, order }),
            momentFactor({ activation: activation(integral), width, order }),
            1e-12,
            `width ${width}, order ${order}, keep ${keep}, slope ${closed}`,
          );
        }
});

test('the scale multiplies: E(cφ)^order = c^order E φ^order', () => {
  fc.assert(
    fc.property(
      anyActivation,
      fc.double({ min: 0.01, max: 6, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (activation, order, c) => {
        const scaled = { ...activation, scale: activation.scale * c };
        // one rounding of the product, raised to a power below 6
        assertClose(
          momentFactor({ activation: scaled, width: 9, order }),
          c ** order * momentFactor({ activation, width: 9, order }),
          1e-14,
          'scaled',
        );
      },
    ),
    { seed: 3, numRuns: 40 },
  );
});

// log E Q^p is convex in p (Lyapunov's inequality).
test('moments are log-convex in the order and grow with the width', () => {
  fc.assert(
    fc.property(
      anyActivation,
      fc.integer({ min: 1, max: 1e6 - 1 }),
      fc.double({ min: 0.01, max: 8, noNaN: true }),
      (activation, width, order) => {
        const log = (k: number, d = width) =>
          Math.log(momentFactor({ activation, width: d, order: k * order }));
        assert.ok(2 * log(2) <= log(1) + log(3) + 1e-12);
        assert.ok(log(1, width + 1) > log(1) - 1e-12);
      },
    ),
    { seed: 4, numRuns: 40 },
  );
});

test('at tiny orders the moment is P(Q > 0)(1 + order · mean log-norm)', () => {
  // oracle: the first-order expansion with logNormMoments, another integral; its error is order² · E(½ log Q)²/2, 1e-10
  // at order 1e-6 and width 10⁶
  for (const activation of [linear, relu, leakyRelu(0.1), rrelu(-0.1, 0.4), dropout(relu, { rate: 0.9 })])
    for (const width of [1, 3, 1e6]) {
      const { mean, zeroProbability } = logNormMoments({ activation, width });
      for (const order of [1e-100, 1e-12, 1e-6])
        assertClose(
          momentFactor({ activation, width, order }),
          (1 - zeroProbability) * (1 + order * mean),
          order < 1e-6 ? 1e-14 : 1e-10,
          `${width}, ${order}`,
        );
    }
});

test('an activation given by name is the activation', () => {
  assert.equal(
    momentFactor({ activation: 'relu', width: 8, order: 1 }),
    momentFactor({ activation: relu, width: 8, order: 1 }),
  );
  assert.equal(meanSquare('relu'), 0.5);
  assert.equal(meanFourthPower('linear'), 3);
});

test('extreme slopes, dropout and orders stay finite and positive', () => {
  for (const activation of [
    leakyRelu(1e50),
    leakyRelu(1e-50),
    rrelu(-1e50, 1e-50),
    { lower: 0.5, upper: 0.5, keep: 1e-12, scale: 1 },
    { lower: 0, upper: 0, keep: 1e-12, scale: 1 },
  ])
    for (const width of [1, 1e6])
      for (const order of [1e-3, 1, 5]) {
        const value = momentFactor({ activation, width, order });
        assert.ok(
          value > 0 && Number.isFinite(value),
          `${JSON.stringify(activation)} ${width} ${order}: ${value}`,
        );
      }
});

test('errors name the invalid argument', () => {
  const good = { activation: relu, width: 8, order: 1 };
  const refused = (change: object, type: typeof RangeError | typeof TypeError, message: RegExp) =>
    assert.throws(
      () => momentFactor({ ...good, ...change } as typeof good),
      (error: Error) => error instanceof type && message.test(error.message),
      JSON.stringify(change),
    );
  refused({ width: 0 }, RangeError, /^width must be an integer in \[1, 1000000\]; got 0$/);
  refused({ width: 2_000_000 }, RangeError, /^width .* got 2000000$/);
  refused({ width: 1.5 }, RangeError, /^width must be an integer/);
  refused({ width: '8' }, TypeError, /^width must be an integer .* got "8"$/);
  refused({ width: undefined }, TypeError, /^width /);
  for (const order of [0, 5e-324]) refused({ order }, RangeError, /^order must lie in \[1e-100, 100\]; got /);
  refused({ order: 101 }, RangeError, /^order .* got 101$/);
  refused({ order: Number.NaN }, RangeError, /^order .* got NaN$/);
  refused({ order: Infinity }, RangeError, /^order .* got Infinity$/);
  refused({ activation: 'elu' }, TypeError, /^activation must be linear, relu/);
  refused({ activation: { ...relu, keep: 0 } }, RangeError, /^activation.keep must lie in \[1e-15, 1\]/);
  const slopes = (lower: number, upper: number) => ({ activation: { ...relu, lower, upper } });
  refused(slopes(1e51, 1e51), RangeError, /^activation.lower must be 0 or .* got 1e\+51$/);
  refused(slopes(0, 1e-51), RangeError, /^activation.upper must be 0 or .* got 1e-51$/);
  refused({ s: 1 }, TypeError, /^args may have activation, width, order; got "s"$/);
  for (const mean of [meanSquare, meanFourthPower])
    assert.throws(() => mean(undefined as unknown as Activation), TypeError);
});
