import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { logNormMoments } from './logNorm';
import {
  kaimingStd,
  type LayerSize,
  lyapunovStd,
  momentPreservingStd,
  randomWalkStd,
  type StdArguments,
  xavierStd,
} from './std';

interface ReferenceRow {
  lower: number;
  upper: number;
  keep: number;
  width: number;
  order: number;
  std?: string;
}
const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/moments.json'), 'utf8'),
) as { moments: ReferenceRow[] };

function assertClose(actual: number, expected: number, tolerance: number, what: string): void {
  const error = Math.abs(actual / expected - 1);
  assert.ok(error <= tolerance, `${what}: ${actual}, expected ${expected} within ${tolerance}`);
}

const activations: Activation[] = [
  linear,
  relu,
  leakyRelu(0.01),
  leakyRelu(-0.7),
  rrelu(1 / 8, 1 / 3),
  dropout(relu, { rate: 0.2 }),
  dropout(rrelu(-0.5, 0.5), { rate: 0.4, inverted: false }),
];
const anyActivation = fc.constantFrom(...activations);
const anyS = fc.double({ min: 0.01, max: 2, noNaN: true });

test('σ₀ is that of the 20-digit reference', () => {
  for (const { lower, upper, keep, width, order, std } of reference.moments)
    if (std !== undefined)
      assertClose(
        momentPreservingStd({ activation: { lower, upper, keep, scale: 1 }, s: order, width }),
        Number(std),
        1e-12,
        JSON.stringify({ lower, upper, keep, width, order }),
      );
});

// σ² at width 64: exact values from 20-digit arithmetic, the authors' values from running their code.
test('at width 64 the exact values and those of the authors’ code have the known values', () => {
  for (const [activation, s, exact, authors] of [
    [linear, 1, 0.0157475434, 0.0157470703],
    [relu, 1, 0.031872257, 0.0318603516],
    [relu, 0.8, 0.0320007, 0.0319824],
    [leakyRelu(0.01), 1, 0.0318689106, 0.0318570194],
  ] as const) {
    const digits = s === 0.8 ? 5e-8 : 5e-11;
    const variance = (method: 'exact' | 'authors') =>
      momentPreservingStd({ activation, s, width: 64, method }) ** 2;
    assert.ok(Math.abs(variance('exact') - exact) < digits, `exact ${variance('exact')}`);
    assert.ok(Math.abs(variance('authors') - authors) < digits, `authors ${variance('authors')}`);
  }
});

// At slope 1 their Leaky formula would give 0.015405, but leakyRelu(1) is linear and uses their linear
// formula. For slopes close to 1:
test('the authors’ Leaky formula is right to first order in slope² only', () => {
  const at = (slope: number, method: 'exact' | 'expansion' | 'authors') =>
    momentPreservingStd({ activation: leakyRelu(slope), s: 1, width: 64, method }) ** 2;
  assert.ok(Math.abs(at(1 - 1e-9, 'authors') - 0.015405) < 5e-7);
  assert.ok(Math.abs(at(1 - 1e-9, 'exact') - 0.015748) < 5e-7);
  assert.equal(
    at(1, 'authors'),
    momentPreservingStd({ activation: linear, s: 1, width: 64, method: 'authors' }) ** 2,
  );
  // 2 (a² + …)/d²: equal at 0, different in a⁴ terms
  const gap = (slope: number) => Math.abs(at(slope, 'authors') - at(slope, 'expansion')) * 64 ** 2;
  assert.ok(gap(0) < 1e-12);
  assert.ok(gap(0.02) / gap(0.01) > 15 && gap(0.02) / gap(0.01) < 17, 'fourth power of the slope');
});

// σ² ≈ [1 + (2 − s)κ/(4d)]/(p₂d) leaves a relative error of order 1/d²: 16 times the width, 256 times less.
test('the expansion is right to second order in 1/width', () => {
  for (const activation of [
    linear,
    relu,
    leakyRelu(0.3),
    rrelu(1 / 8, 1 / 3),
    dropout(linear, { rate: 0.2 }),
  ]) {
    const error = (width: number) => {
      const [exact, expansion] = (['exact', 'expansion'] as const).map((method) =>
        momentPreservingStd({ activation, s: 0.7, width, method }),
      );
      return expansion! / exact! - 1;
    };
    const ratio = error(256) / error(4096);
    assert.ok(ratio > 240 && ratio < 272, `ratio ${ratio}`); // 256 · (1 + O(1/256))
  }
  const [exact, expansion] = (['exact', 'expansion'] as const).map(
    (method) => momentPreservingStd({ activation: relu, s: 0.5, width: 8, method }) ** 2,
  );
  assert.equal((expansion! / exact! - 1).toFixed(2), '-0.07'); // known: 7 % low
});

test('σ₀ decreases strictly in s, to Kaiming at s = 2', () => {
  fc.assert(
    fc.property(anyActivation, anyS, anyS, fc.integer({ min: 1, max: 2000 }), (activation, a, b, width) => {
      fc.pre(Math.abs(a - b) > 1e-6);
      const at = (s: number) => momentPreservingStd({ activation, s, width });
      assert.ok(at(Math.min(a, b)) > at(Math.max(a, b)));
      assert.ok(at(a) > (1 - 1e-14) * kaimingStd({ activation, width })); // rounding, for s just below 2
    }),
    { seed: 1, numRuns: 60 },
  );
  // one rounding in each formula
  for (const activation of activations)
    for (const size of [{ width: 7 }, { fanIn: 784, fanOut: 64 }])
      for (const method of ['exact', 'expansion'] as const)
        assertClose(
          momentPreservingStd({ activation, s: 2, ...size, method }),
          kaimingStd({ activation, ...size }),
          4e-16,
          `s = 2, ${method}`,
        );
});

// log σ₀(s) = log σ_Lyapunov − s·ν²/2 + O(s²), ν² = Var ½ log Q, is the cumulant expansion of log E e^(sX)/s.
// The next term is s²/6 times the third cumulant, which is at most 1 here.
test('for s → 0 σ₀ tends to Lyapunov’s where the layer is never zero', () => {
  for (const activation of [linear, leakyRelu(0.3), leakyRelu(0.01), rrelu(-0.4, 0.7)])
    for (const width of [3, 64, 5000]) {
      const s = 0.01;
      const gap = Math.log(
        momentPreservingStd({ activation, s, width }) / lyapunovStd({ activation, width }),
      );
      const { variance } = logNormMoments({ activation, width });
      assert.ok(Math.abs(gap + (s * variance) / 2) < s * s, `${gap} ${variance}`);
    }
});

// σ₀ = P(Q > 0)^(−1/s) · [the same given Q > 0], and the second factor tends to Lyapunov's std.
test('for s → 0 σ₀ grows like P(Q > 0)^(−1/s) where the layer can be zero', () => {
  const at = (s: number) => momentPreservingStd({ activation: relu, s, width: 8 });
  assert.equal(at(0.1).toFixed(3), '0.625'); // known values
  assert.equal(at(0.01).toFixed(3), '0.901');
  for (const activation of [relu, dropout(linear, { rate: 0.3 }), dropout(rrelu(0.1, 0.3), { rate: 0.5 })]) {
    const { zeroProbability, variance } = logNormMoments({ activation, width: 8 });
    const s = 0.01;
    const survivors = momentPreservingStd({ activation, s, width: 8 }) * (1 - zeroProbability) ** (1 / s);
    const gap = Math.log(survivors / lyapunovStd({ activation, width: 8 }));
    assert.ok(Math.abs(gap + (s * variance) / 2) < s * s);
  }
});

// Kogler et al. 2026 give 0.18035 for slope 0.01 at width 64.
test('Lyapunov’s std is the published one', () => {
  assert.equal(lyapunovStd({ activation: leakyRelu(0.01), width: 64 }).toFixed(5), '0.18035');
});

// Values of s for which the exact scheme equals random walk at N = 64, found by bisection.
test('random walk is a point of the moment-preserving curve', () => {
  for (const [activation, s, digits] of [
    [relu, 0.055, 5e-4],
    [linear, 0.01, 5e-4],
  ] as const)
    assertClose(
      randomWalkStd({ activation, width: 64 }),
      momentPreservingStd({ activation, s, width: 64 }) as number,
      digits,
      'random walk',
    );
  assertClose(randomWalkStd({ activation: linear, width: 9 }), Math.exp(1 / 18) / 3, 1e-15, 'linear');
  // the ReLU gain is fitted for N ≥ 6 and constant below
  assertClose(
    randomWalkStd({ activation: relu, width: 4 }),
    (Math.SQRT2 * Math.exp(1.2 / 3.6)) / 2,
    1e-15,
    'ReLU below 6',
  );
  // in a rectangular layer only the fan-in matters
  assert.equal(
    randomWalkStd({ activation: relu, fanIn: 64, fanOut: 10 }),
    randomWalkStd({ activation: relu, width: 64 }),
  );
});

test('square and rectangular agree, and rectangular layers keep the norm per coordinate', () => {
  const schemes: [string, (args: StdArguments) => number][] = [
    ['exact', (args) => momentPreservingStd({ ...args, s: 0.8 })],
    ['expansion', (args) => momentPreservingStd({ ...args, s: 0.8, method: 'expansion' })],
    ['lyapunov', lyapunovStd],
    ['kaiming', kaimingStd],
    ['xavier', xavierStd],
  ];
  for (const activation of [linear, relu, rrelu(0.1, 0.3)])
    for (const [name, std] of schemes) {
      assert.equal(std({ activation, fanIn: 40, fanOut: 40 }), std({ activation, width: 40 }), name);
      if (name !== 'xavier')
        // σ²(fanIn, fanOut) = σ²(fanOut) · fanOut/fanIn
        assertClose(
          std({ activation, fanIn: 784, fanOut: 64 }) ** 2,
          (std({ activation, width: 64 }) ** 2 * 64) / 784,
          1e-14,
          name,
        );
    }
  assertClose(xavierStd({ fanIn: 3, fanOut: 5 }), 0.5, 1e-15, 'Xavier');
  // the authors' code uses the fan-in as the width
  assert.equal(
    momentPreservingStd({ activation: relu, s: 1, fanIn: 784, fanOut: 64, method: 'authors' }),
    momentPreservingStd({ activation: relu, s: 1, width: 784, method: 'authors' }),
  );
});

test('inverted dropout multiplies σ₀² by keep², a scale c divides σ₀ by c', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(linear, relu, leakyRelu(0.2), rrelu(-0.1, 0.4)),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.double({ min: 0.05, max: 2, noNaN: true }),
      (activation, rate, s) => {
        const std = (inverted: boolean) =>
          momentPreservingStd({ activation: dropout(activation, { rate, inverted }), s, width: 12 });
        // size^s and its root amplify rounding by at most 1/0.05
        assertClose(std(true), (1 - rate) * std(false), 1e-14, 'inverted');
      },
    ),
    { seed: 2, numRuns: 40 },
  );
});

test('only the exact theory limits the size of a layer', () => {
  // oracle: equations (28), (31) and (33) by hand, at fan-in 2²⁰ and beyond
  const [fanIn, fanOut] = [2 ** 20, 64];
  const size = { activation: relu, fanIn, fanOut };
  assert.equal(kaimingStd(size), Math.sqrt(2 / fanIn));
  assert.equal(xavierStd(size), Math.sqrt(2 / (fanIn + fanOut)));
  assert.equal(kaimingStd({ activation: relu, width: 2 ** 40 }), Math.sqrt(2) / 2 ** 20);
  for (const std of [lyapunovStd, (args: StdArguments) => momentPreservingStd({ ...args, s: 1 })])
    assertClose(
      std(size) * 2 ** 7,
      std({ activation: relu, width: 64 }),
      1e-15,
      'σ²(fanIn, fanOut) = σ²(fanOut) fanOut/fanIn',
    );
  const wide = { activation: relu, width: 2 ** 21 };
  const expanded = momentPreservingStd({ ...wide, s: 1, method: 'expansion' });
  assertClose(expanded ** 2, (1 + 5 / (4 * 2 ** 21)) * 2 ** -20, 1e-15, 'expansion'); // p₄/p₂² − 1 = 5
  for (const std of [lyapunovStd, (args: StdArguments) => momentPreservingStd({ ...args, s: 1 })])
    assert.throws(() => std(wide), {
      name: 'RangeError',
      message: 'width must be an integer in [1, 1000000]; got 2097152',
    });
});

test('one warning per process if the atom at zero matters', () => {
  const script = `
    const { momentPreservingStd } = require(${JSON.stringify(path.join(__dirname, 'std'))});
    const { leakyRelu, relu } = require(${JSON.stringify(path.join(__dirname, '../core/activations'))});
    process.on('warning', ({ code, message }) => console.log(JSON.stringify({ code, message })));
    momentPreservingStd({ activation: leakyRelu(0.01), s: 0.01, width: 2 });
    momentPreservingStd({ activation: relu, s: 1, width: 8 });
    momentPreservingStd({ activation: relu, s: 0.1, width: 8, method: 'expansion' });
    process.nextTick(() => {
      console.log('only now');
      momentPreservingStd({ activation: relu, s: 0.1, width: 8 });
      momentPreservingStd({ activation: relu, s: 0.1, width: 4 });
    });
  `;
  const output = execFileSync(process.execPath, ['--no-warnings', '-e', script], { encoding: 'utf8' });
  const [marker, warning, ...rest] = output.trim().split('\n');
  assert.equal(marker, 'only now');
  assert.deepEqual(rest, []);
  const { code, message } = JSON.parse(warning!) as { code: string; message: string };
  assert.equal(code, 'FRACMOMENT_ATOM');
  // 2^−8, and (1 − 2^−8)^(−10)
  assert.match(message, /width 8 with ReLU is zero with probability 0\.00391.* 1\.040 times as large/);
});

test('errors name the invalid argument', () => {
  const refused = (call: () => unknown, type: typeof RangeError | typeof TypeError, message: RegExp) =>
    assert.throws(call, (error: Error) => {
      assert.ok(error instanceof type, String(error));
      assert.match(error.message, message);
      return true;
    });
  const good = { activation: relu, s: 1, width: 8 };
  const std = (change: object) => () => momentPreservingStd({ ...good, ...change } as typeof good);
  refused(std({ s: 3 }), RangeError, /^s must lie in \[0\.01, 2\]; got 3$/);
  refused(std({ s: 0.001 }), RangeError, /^s must lie in/);
  refused(std({ s: Number.NaN }), RangeError, /^s must lie in .* got NaN$/);
  refused(std({ s: '1' }), TypeError, /^s must be a number in .* got "1"$/);
  refused(
    std({ method: 'best' }),
    RangeError,
    /^method must be one of 'exact', 'expansion', 'authors'; got "best"/,
  );

  for (const scheme of [
    (args: object) => momentPreservingStd({ activation: relu, s: 1, ...args } as typeof good),
    (args: object) => kaimingStd({ activation: relu, ...args } as StdArguments),
    (args: object) => lyapunovStd({ activation: relu, ...args } as StdArguments),
    (args: object) => randomWalkStd({ activation: relu, ...args } as StdArguments),
    (args: object) => xavierStd(args as LayerSize),
  ]) {
    refused(() => scheme({}), TypeError, /^width must be an integer in \[1, .*\]; got undefined$/);
    refused(() => scheme({ width: 0 }), RangeError, /^width .* got 0$/);
    refused(() => scheme({ fanIn: 3 }), TypeError, /^fanOut .* got undefined$/);
    refused(() => scheme({ fanIn: 1.5, fanOut: 2 }), RangeError, /^fanIn .* got 1\.5$/);
    refused(() => scheme({ fanIn: 2, fanOut: 1e20 }), RangeError, /^fanOut .* got 100000000000000000000$/);
    refused(
      () => scheme({ fan_in: 2, width: 2 }),
      TypeError,
      /^args may have activation, width, .* got "fan_in"$/,
    );
    refused(() => scheme({ width: 2, s: 3 }), RangeError, /^s must lie in/);
    refused(() => scheme({ width: 2, method: null }), RangeError, /^method must be one of/);
    refused(() => scheme({ width: 2, activation: 3 }), TypeError, /^activation must be/);
    refused(
      () => scheme({ width: 2, fanIn: 2 }),
      TypeError,
      /^the size must be given as width or as fanIn and fanOut/,
    );
  }
  for (const scheme of [momentPreservingStd, kaimingStd, lyapunovStd, randomWalkStd, xavierStd])
    refused(() => scheme(undefined as never), TypeError, /^the argument must be an object .* got undefined$/);
  for (const scheme of [momentPreservingStd, kaimingStd, lyapunovStd, randomWalkStd])
    refused(
      () => scheme({ activation: 'elu', s: 1, width: 2 } as never),
      TypeError,
      /^activation must be linear/,
    );

  for (const activation of [rrelu(0.1, 0.3), dropout(relu, { rate: 0.1 }), { ...relu, scale: 2 }])
    refused(
      std({ activation, method: 'authors' }),
      RangeError,
      /^method 'authors' supports only linear, relu and leakyRelu/,
    );
  for (const activation of [
    leakyRelu(0.01),
    rrelu(0, 1),
    dropout(linear, { rate: 0.1 }),
    { ...linear, scale: 2 },
  ])
    refused(
      () => randomWalkStd({ activation, width: 64 }),
      RangeError,
      /^random-walk initialization is known for linear and relu only; got \{/,
    );
  // 2/(10d) + (5 − 24)·9…/d² is negative for small d; a unit that is almost always zero has no finite σ₀ at
  // small s
  refused(
    std({ activation: leakyRelu(3), width: 4, method: 'authors' }),
    RangeError,
    /^no moment-preserving standard deviation for Leaky ReLU \(3\) at s = 1, .* with method 'authors': the variance would be -/,
  );
  refused(
    std({ activation: { ...relu, keep: 1e-4 }, width: 1, s: 0.01 }),
    RangeError,
    /^no moment-preserving .* the variance would be Infinity$/,
  );
});
