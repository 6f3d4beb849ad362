import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';

import gamma = require('@stdlib/math-base-special-gamma');
import trigamma = require('@stdlib/math-base-special-trigamma');

import fc from 'fast-check';
import { erf } from 'mathjs';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { logNormMoments } from './logNorm';
import { momentFactor } from './moments';
import { type OutputLawArguments, outputLaw, type RandomLayer } from './outputLaw';
import { kaimingStd, momentPreservingStd } from './std';

interface ReferenceRow {
  slope: number;
  keep: number;
  width: number;
  depth: number;
  input: 'norm' | 'gaussian';
  x: number[];
  cdf: string[];
}
const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/output_law.json'), 'utf8'),
) as { laws: ReferenceRow[] };

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= tolerance, `${what}: ${actual}, expected ${expected}, ${error.toExponential(1)} off`);
}

// Oracle: closed-form characteristic functions (Gamma, ₂F₁) inverted in 34-digit arithmetic. The documented
// accuracy is 1e-9, the measured one 2e-11 (at depth 1000 and width 10⁶, where an error of 1e-15 in the mean
// is multiplied by 1000).
test('the CDF agrees with the 18-digit reference, from depth 1 to 1000', () => {
  assert.ok(reference.laws.length > 30);
  for (const { slope, keep, width, depth, input, x, cdf } of reference.laws) {
    const law = outputLaw({
      activation: { lower: slope, upper: slope, keep, scale: 1 },
      width,
      depth,
      weightStd: 1,
      input: input === 'norm' ? 1 : 'gaussian',
    });
    for (const [i, at] of x.entries())
      assertNear(
        law.cdf(at),
        Number(cdf[i]),
        2e-11,
        `${JSON.stringify({ slope, keep, width, depth, input })} at ${at}`,
      );
  }
});

/** P(χ²ₙ ≤ q), elementary: erf or 1 − e^(−q/2), and the recurrence from n to n + 2. */
function chiSquareCdf(n: number, q: number): number {
  const y = q / 2;
  let a = n % 2 === 0 ? 1 : 0.5;
  let value = n % 2 === 0 ? -Math.expm1(-y) : erf(Math.sqrt(y));
  let term = (y ** a * Math.exp(-y)) / (n % 2 === 0 ? 1 : Math.sqrt(Math.PI) / 2); // y^a e^(−y)/Γ(a + 1)
  for (; 2 * a < n; a++) {
    value -= term;
    term *= y / (a + 1);
  }
  return value;
}

interface Mixture {
  n: number;
  weight: number;
}

/** Distribution of the degrees of freedom of Q for ReLU or linear units with dropout, given Q > 0. */
function degreesOfFreedom(width: number, probability: number): Mixture[] {
  if (probability === 1) return [{ n: width, weight: 1 }];
  const terms: Mixture[] = [];
  let weight = (1 - probability) ** width;
  const alive = 1 - weight;
  for (let n = 1; n <= width; n++) {
    weight *= ((width - n + 1) / n) * (probability / (1 - probability));
    terms.push({ n, weight: weight / alive });
  }
  return terms;
}

// Depth 1: P(½ log χ²ₙ ≤ x) = P(χ²ₙ ≤ e^(2x)). The elementary recurrence cancels to about 1e-14.
test('at depth 1 the CDF is the χ² mixture', () => {
  for (const [activation, probability] of [
    [linear, 1],
    [relu, 0.5],
    [dropout(linear, { rate: 0.7, inverted: false }), 0.3],
    [dropout(relu, { rate: 0.2, inverted: false }), 0.4],
  ] as const)
    for (const width of [1, 2, 3, 10, 64, 500]) {
      const law = outputLaw({ activation, width, depth: 1, weightStd: 1, input: 1 });
      const terms = degreesOfFreedom(width, probability);
      for (let position = -4; position <= 4; position += 0.37) {
        const x = law.mean + position * Math.sqrt(law.variance);
        const expected = terms.reduce(
          (sum, { n, weight }) => sum + weight * chiSquareCdf(n, Math.exp(2 * x)),
          0,
        );
        assertNear(law.cdf(x), expected, 1e-12, `width ${width}, keep ${probability}, x ${x}`);
      }
    }
});

// With strong dropout few of many units are left; that more than 80 are has a probability below 1e-40.
test('at depth 1 the CDF is the χ² mixture, with a million units of which ten are left', () => {
  for (const width of [1e4, 1e6]) {
    const activation = dropout(linear, { rate: 1 - 10 / width, inverted: false });
    const law = outputLaw({ activation, width, depth: 1, weightStd: 1, input: 1 });
    const terms = degreesOfFreedom(width, 10 / width).slice(0, 80);
    for (let position = -4; position <= 4; position += 0.37) {
      const x = law.mean + position * Math.sqrt(law.variance);
      const q = Math.exp(2 * x);
      const expected = terms.reduce((sum, { n, weight }) => sum + weight * chiSquareCdf(n, q), 0);
      assertNear(law.cdf(x), expected, 1e-10, `width ${width}, x ${x}`);
    }
  }
});

// Depth 2: P(log Q₁Q₂ ≤ y) = ∫ f₁(z) F₂(y − z) dz over z = log q, analytic and vanishing at both ends, so the
// trapezoidal rule is exact to rounding.
test('at depth 2 the CDF is the convolution of two χ² mixtures', () => {
  const layers: [RandomLayer, Mixture[]][] = [
    [{ activation: relu, width: 5, weightStd: 0.7 }, degreesOfFreedom(5, 0.5)],
    [{ activation: linear, width: 3, weightStd: 2 }, degreesOfFreedom(3, 1)],
  ];
  const law = outputLaw({ layers: layers.map(([layer]) => layer), input: 3 });
  const density = (terms: Mixture[], z: number) =>
    terms.reduce(
      (sum, { n, weight }) =>
        sum + (weight * Math.exp((n / 2) * (z - Math.LN2) - Math.exp(z) / 2)) / gamma(n / 2),
      0,
    );
  const h = 0.05;
  for (let position = -4; position <= 4; position += 0.5) {
    const x = law.mean + position * Math.sqrt(law.variance);
    const y = 2 * (x - Math.log(3 * 0.7 * 2));
    let expected = 0;
    for (let z = -80; z < 8; z += h)
      expected +=
        h *
        density(layers[0]![1], z) *
        layers[1]![1].reduce((sum, { n, weight }) => sum + weight * chiSquareCdf(n, Math.exp(y - z)), 0);
    assertNear(law.cdf(x), expected, 1e-12, `x ${x}`);
  }
});

type Complex = { re: number; im: number };

/** E e^(iuφ²) in closed form: (1 − 2iua²)^(−1/2), averaged over a uniform slope by Simpson's rule. */
function unitTransform({ lower, upper, keep }: Activation, u: number): Complex {
  const chi = (square: number): Complex => {
    const x = 2 * square * u;
    const angle = Math.atan(x) / 2;
    const modulus = (1 + x * x) ** -0.25;
    return { re: modulus * Math.cos(angle), im: modulus * Math.sin(angle) };
  };
  const steps = lower === upper ? 1 : 400;
  let [re, im] = [0, 0];
  for (let i = 0; i <= steps; i++) {
    const weight = steps === 1 ? 0.5 : (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) / (3 * steps);
    const value = chi((lower + ((upper - lower) * i) / steps) ** 2);
    re += weight * value.re;
    im += weight * value.im;
  }
  const positive = chi(1);
  return { re: 1 - keep + (keep / 2) * (positive.re + re), im: (keep / 2) * (positive.im + im) };
}

// Depth 1 without logarithms: the CDF of Q itself by Gil-Pelaez from E e^(iuQ), P(Q = 0) taken out. Its
// midpoint rule leaves out the mass beyond 2π/step = 40 times the mean; Simpson's rule for the slope gives
// 1e-10.
test('at depth 1 Leaky and Randomized Leaky ReLU agree with the inversion in Q', () => {
  for (const activation of [
    leakyRelu(0.4),
    leakyRelu(-1.7),
    rrelu(1 / 8, 1 / 3),
    rrelu(-0.5, 0.25),
    { lower: -1, upper: 2, keep: 0.7, scale: 1 },
  ]) {
    const width = 32;
    const law = outputLaw({ activation, width, depth: 1, weightStd: 1, input: 1 });
    const zero = (1 - activation.keep) ** width;
    const step = (2 * Math.PI) / (40 * momentFactor({ activation, width, order: 2 }));
    const values: Complex[] = [];
    for (let j = 0; j < 20000; j++) {
      const { re, im } = unitTransform(activation, (j + 0.5) * step);
      const modulus = Math.hypot(re, im) ** width;
      const argument = width * Math.atan2(im, re);
      values.push({ re: modulus * Math.cos(argument) - zero, im: modulus * Math.sin(argument) });
      if (Math.hypot(values[j]!.re, values[j]!.im) < 1e-14) break;
    }
    for (let position = -4; position <= 3; position++) {
      const x = law.mean + position * Math.sqrt(law.variance);
      const q = Math.exp(2 * x);
      const expected = values.reduce(
        (sum, { re, im }, j) => {
          const angle = (j + 0.5) * step * q;
          return sum - (im * Math.cos(angle) - re * Math.sin(angle)) / ((j + 0.5) * Math.PI);
        },
        (1 - zero) / 2,
      );
      assertNear(law.cdf(x), expected / (1 - zero), 1e-9, `${JSON.stringify(activation)}, x ${x}`);
    }
  }
});

test('pdf integrates to the cdf, the quantile inverts it', () => {
  for (const args of [
    { activation: relu, width: 8, depth: 12, weightStd: 0.5 },
    { activation: leakyRelu(1e-4), width: 2, depth: 1, weightStd: 1, input: 1 }, // three modes
    { activation: dropout(rrelu(0.1, 0.3), { rate: 0.3 }), width: 5, depth: 2, weightStd: 1 },
  ]) {
    const law = outputLaw(args);
    const sd = Math.sqrt(law.variance);
    const h = sd / 400;
    let total = 0;
    for (let i = -2000; i < 2000; i += 2) {
      // Simpson: its error h⁵f⁗ stays below 1e-9 of the mass for steps of 1/400 sd and modes 1/10 sd wide
      const x = law.mean + i * h;
      total += (h / 3) * (law.pdf(x) + 4 * law.pdf(x + h) + law.pdf(x + 2 * h));
      if (i % 400 === 0)
        assertNear(law.cdf(x + 2 * h) - law.cdf(law.mean - 2000 * h), total, 1e-8, `cdf at ${x + 2 * h}`);
    }
    for (const p of [1e-6, 0.01, 0.3, 0.5, 0.875, 0.999, 1 - 1e-6])
      assertNear(law.cdf(law.quantile(p)), p, 1e-13, `quantile ${p}`);
    assert.equal(law.cdf(law.mean - 1000 * sd), 0);
    assert.equal(law.cdf(law.mean + 1000 * sd), 1);
    assert.equal(law.pdf(law.mean + 1000 * sd), 0);
  }
});

test('the CDF is monotone between 0 and 1 for any law', () => {
  const slope = fc.double({ min: -3, max: 3, noNaN: true }).filter((a) => Math.abs(a) > 1e-7);
  fc.assert(
    fc.property(
      slope,
      fc.double({ min: 0.2, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 60 }),
      (lower, keep, width, depth) => {
        const law = outputLaw({
          activation: { lower, upper: lower, keep, scale: 1 },
          width,
          depth,
          weightStd: 1,
        });
        let last = 0;
        for (let position = -8; position <= 6; position += 0.2) {
          const value = law.cdf(law.mean + position * Math.sqrt(law.variance));
          assert.ok(value >= last - 1e-10 && value >= 0 && value <= 1, `${value} after ${last}`);
          last = value;
        }
        assert.ok(last > 1 - 1e-4);
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});

// Mean and variance add up over layers and, for Gaussian input, ½ log χ².
test('mean, variance and atom are the sums over the layers', () => {
  const activation = dropout(relu, { rate: 0.25 });
  const layer = logNormMoments({ activation, width: 6 });
  const law = outputLaw({ activation, width: 6, depth: 9, weightStd: 0.4, input: 5 });
  assertNear(law.mean, Math.log(5) + 9 * (Math.log(0.4) + layer.mean), 1e-13, 'mean');
  assertNear(law.variance, 9 * layer.variance, 1e-13, 'variance');
  assertNear(law.zeroProbability, 1 - (1 - layer.zeroProbability) ** 9, 1e-15, 'atom');
  for (const epsilon of [1e-9, 0.1, 1, 1e6])
    assertNear(
      law.probabilityBelow(epsilon),
      law.zeroProbability + (1 - law.zeroProbability) * law.cdf(Math.log(epsilon)),
      1e-15,
      'probabilityBelow',
    );
  const gaussian = outputLaw({ activation, width: 6, depth: 9, weightStd: 0.4, inputWidth: 784 });
  assertNear(gaussian.variance, law.variance + trigamma(392) / 4, 1e-14, 'Gaussian input of another width');
  assert.equal(
    outputLaw({ activation, width: 6, depth: 9, weightStd: 0.4 }).mean,
    outputLaw({ activation, width: 6, depth: 9, weightStd: 0.4, input: 'gaussian', inputWidth: 6 }).mean,
  );
});

test('layers may come in any order, and equal ones as a list or as a depth', () => {
  const a: RandomLayer = { activation: relu, width: 64, weightStd: 0.2 };
  const b: RandomLayer = { activation: leakyRelu(0.1), width: 10, weightStd: 0.5 };
  const law = outputLaw({ layers: [a, b, a], inputWidth: 20 });
  const permuted = outputLaw({ layers: [b, a, a], inputWidth: 20 });
  const list = outputLaw({ layers: [a, a, a] });
  const depth = outputLaw({ ...a, depth: 3 });
  for (const x of [-2, 0, 0.3, 1]) {
    assertNear(law.cdf(x), permuted.cdf(x), 1e-13, 'order');
    assert.equal(list.cdf(x), depth.cdf(x));
  }
});

// Multiplying every weightStd by a factor shifts the log-norm by depth · log factor, exact up to rounding.
test('weightStd and the norm of the input only shift the distribution', () => {
  const common = { activation: relu, width: 16, depth: 30 };
  const law = outputLaw({ ...common, weightStd: 0.35, input: 1 });
  const shifted = outputLaw({ ...common, weightStd: 0.35 * 1.1, input: 7 });
  const shift = 30 * Math.log(1.1) + Math.log(7);
  for (const x of [-4, -1, 0, 2]) assertNear(shifted.cdf(x + shift), law.cdf(x), 1e-12, `x ${x}`);
});

// E‖x‖^s = 1 at every depth if σ preserves the moment and the input has norm 1. The atom contributes 0, the
// rest is ∫ e^(sx) pdf dx, which is smooth and vanishes at both ends, so a sum over a grid is accurate. A
// mass of about 1e-11 may be wrapped from the far left to the far right, 8 SD from the mean, where its weight
// is e^(8 s SD), at most 3e4 here.
test('at the moment-preserving std the s-th moment stays 1 at every depth', () => {
  for (const [activation, s] of [
    [relu, 1],
    [leakyRelu(0.2), 0.5],
    [dropout(relu, { rate: 0.1 }), 0.8],
  ] as const)
    for (const depth of [1, 4, 10]) {
      const weightStd = momentPreservingStd({ activation, s, width: 12 });
      const law = outputLaw({ activation, width: 12, depth, weightStd, input: 1 });
      const h = Math.sqrt(law.variance) / 30;
      let moment = 0;
      for (let i = -1500; i <= 300; i++)
        moment += h * Math.exp(s * (law.mean + i * h)) * law.pdf(law.mean + i * h);
      const tolerance = 1e-12 + 1e-11 * Math.exp(8 * s * Math.sqrt(law.variance));
      assertNear((1 - law.zeroProbability) * moment, 1, tolerance, `s ${s}, depth ${depth}`);
    }
});

// Width 64, depth 100, N(0, I) input, the authors' σ. Three digits are known independently.
test('P(‖x‖ < 1) of Figures 2 and 5 has the known value', () => {
  for (const [activation, s, mean, sd, below] of [
    [relu, 2, '0.066', '1.443', 0.48],
    [relu, 1, '1.033', '1.443', 0.24],
    [linear, 2, '1.286', '0.895', 0.075],
    [linear, 1, '1.675', '0.895', 0.031],
    [leakyRelu(0.01), 2, '0.067', '1.443', 0.48],
    [leakyRelu(0.01), 1, '1.034', '1.443', 0.24],
  ] as const) {
    const weightStd = momentPreservingStd({ activation, s, width: 64, method: 'authors' });
    const law = outputLaw({ activation, width: 64, depth: 100, weightStd });
    assert.equal(law.mean.toFixed(3), mean);
    assert.equal(Math.sqrt(law.variance).toFixed(3), sd);
    assertNear(law.probabilityBelow(1), below, below < 0.1 ? 1e-3 : 5e-3, 'P(‖x‖ < 1)');
  }
});

// Kolmogorov's distance to the normal distribution decreases like 1/√depth (Berry–Esseen; the leading term is
// the skewness of ½ log Q): by a factor 10 for 100 times the depth.
test('the distribution tends to the normal one with the same mean and variance', () => {
  const distance = (depth: number) => {
    const law = outputLaw({
      activation: relu,
      width: 8,
      depth,
      weightStd: kaimingStd({ activation: relu, width: 8 }),
      input: 1,
    });
    let worst = 0;
    for (let z = -4; z <= 4; z += 0.05) {
      const normal = (1 + erf(z / Math.SQRT2)) / 2;
      worst = Math.max(worst, Math.abs(law.cdf(law.mean + z * Math.sqrt(law.variance)) - normal));
    }
    return worst;
  };
  for (const depth of [100, 1000]) {
    const ratio = distance(depth) / distance(100 * depth);
    assert.ok(ratio > 9 && ratio < 11, `ratio ${ratio}`);
  }
});

/** Mulberry32 and Box–Muller: an independent generator for this test. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return Object.assign(() => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()), {
    uniform,
  });
}

// 20000 networks with explicit weight matrices. Kolmogorov's statistic √n·D exceeds 1.95 once in 1000.
test('simulated networks with unequal layers follow the distribution', () => {
  const layers = [
    { activation: rrelu(-0.3, 0.6), width: 4, weightStd: 0.6 },
    { activation: dropout(relu, { rate: 0.2 }), width: 6, weightStd: 0.5 },
    { activation: leakyRelu(0.2), width: 2, weightStd: 1.1 },
  ];
  const random = normals(20) as (() => number) & { uniform(): number };
  const networks = 20000;
  const logNorms: number[] = [];
  for (let network = 0; network < networks; network++) {
    let x = Array.from({ length: 3 }, random);
    for (const { activation, width, weightStd } of layers)
      x = Array.from({ length: width }, () => {
        const { lower, upper, keep, scale } = activation;
        const g = x.reduce((sum, value) => sum + weightStd * random() * value, 0);
        const slope = g > 0 ? 1 : lower + (upper - lower) * random.uniform();
        return random.uniform() < keep ? scale * slope * g : 0;
      });
    logNorms.push(Math.log(Math.hypot(...x)));
  }
  const law = outputLaw({ layers, inputWidth: 3 });
  const alive = logNorms.filter((value) => value > -Infinity).sort((a, b) => a - b);
  const dead = 1 - alive.length / networks;
  const standardError = Math.sqrt((law.zeroProbability * (1 - law.zeroProbability)) / networks);
  assertNear(dead, law.zeroProbability, 3.3 * standardError, 'dead networks'); // once in 1000
  const distance = Math.max(
    ...alive.map((x, i) =>
      Math.max(Math.abs(law.cdf(x) - i / alive.length), Math.abs(law.cdf(x) - (i + 1) / alive.length)),
    ),
  );
  assert.ok(distance * Math.sqrt(alive.length) < 1.95, `distance ${distance}`);
});

test('errors name the invalid argument', () => {
  const layer: RandomLayer = { activation: relu, width: 8, weightStd: 0.5 };
  const good = { ...layer, depth: 3 };
  const refused = (args: unknown, type: typeof RangeError | typeof TypeError, message: RegExp) =>
    assert.throws(
      () => outputLaw(args as OutputLawArguments),
      (error: Error) => {
        assert.ok(error instanceof type, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  refused(undefined, TypeError, /^the argument must be an object with the layers; got undefined$/);
  refused({ ...good, depth: 0 }, RangeError, /^depth must be an integer in \[1, 100000\]; got 0$/);
  refused({ ...good, depth: 1e6 }, RangeError, /^depth /);
  refused(layer, TypeError, /^depth .* got undefined$/);
  refused({ ...good, width: 1.5 }, RangeError, /^width must be an integer in \[1, 1000000\]; got 1.5$/);
  refused({ ...good, weightStd: 0 }, RangeError, /^weightStd must lie in \(0, ∞\); got 0$/);
  refused({ ...good, activation: 'elu' }, TypeError, /^activation must be linear/);
  refused({ ...good, activation: { ...relu, lower: -1e-51 } }, RangeError, /^activation.lower must be 0 or/);
  refused({ ...good, input: 0 }, RangeError, /^input must lie in \(0, ∞\); got 0$/);
  refused(
    { ...good, input: 'normal' },
    TypeError,
    /^input must be 'gaussian' or a norm in \(0, ∞\); got "normal"$/,
  );
  refused({ ...good, inputWidth: 0 }, RangeError, /^inputWidth must be an integer/);
  refused(
    { ...good, input: 2, inputWidth: 5 },
    TypeError,
    /^inputWidth applies only to Gaussian input; got input 2$/,
  );
  refused(
    { ...good, layers: [layer] },
    TypeError,
    /^give either layers, or activation, width, weightStd and depth; got both$/,
  );
  refused({ layers: layer }, TypeError, /^layers must be an array of layers; got \{/);
  refused({ layers: [] }, RangeError, /^layers must have a length in \[1, 100000\]; got 0$/);
  refused(
    { layers: [layer, 3] },
    TypeError,
    /^layers\[1\] must be \{ activation, width, weightStd \}; got 3$/,
  );
  refused({ layers: [layer, { ...layer, width: 0 }] }, RangeError, /^layers\[1\]\.width must be an integer/);
  refused({ layers: [{ ...layer, weightStd: '1' }] }, TypeError, /^layers\[0\]\.weightStd must be a number/);
  refused({ layers: [{ ...layer, activation: null }] }, TypeError, /^layers\[0\]\.activation must be linear/);

  const law = outputLaw(good);
  for (const x of [Number.NaN, Infinity, '1' as unknown as number]) {
    assert.throws(() => law.pdf(x), /^(RangeError|TypeError): x must/);
    assert.throws(() => law.cdf(x), /^(RangeError|TypeError): x must/);
  }
  for (const p of [0, 1, -0.5, Number.NaN])
    assert.throws(() => law.quantile(p), /^RangeError: p must lie in \(0, 1\)/);
  for (const epsilon of [0, -1, Infinity])
    assert.throws(() => law.probabilityBelow(epsilon), /^RangeError: epsilon must lie in \(0, ∞\)/);
});
