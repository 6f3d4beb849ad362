import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';

import gammaDeltaRatio = require('@stdlib/math-base-special-gamma-delta-ratio');

import fc from 'fast-check';
import { gammaRatio } from './gammaRatio';

const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/special_functions.json'), 'utf8'),
) as { gammaRatio: { z: number; delta: number; value: string }[] };

function assertClose(actual: number, expected: number, tolerance: number, what: string): void {
  const error = Math.abs(actual / expected - 1);
  assert.ok(error <= tolerance, `${what}: ${actual}, expected ${expected}, ${error.toExponential(1)} off`);
}

// Oracle: 20-digit values; the tolerance is the documented error.
test('the ratio is that of the 20-digit reference', () => {
  assert.ok(reference.gammaRatio.length > 300);
  for (const { z, delta, value } of reference.gammaRatio)
    assertClose(gammaRatio(z, delta), Number(value), 2e-15 + 2e-16 * delta, `z = ${z}, delta = ${delta}`);
});

const anyZ = fc.oneof(
  fc.double({ min: 0.5, max: 20, noNaN: true }),
  fc.integer({ min: 1, max: 2e6 }).map((n) => n / 2),
);
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

// Oracle: Boost's method, a Lanczos sum. On [0.5, 1e6] its own error is 2e-15.
test('the ratio is that of @stdlib', () => {
  fc.assert(
    fc.property(anyZ, fraction, (z, delta) =>
      assertClose(gammaRatio(z, delta), 1 / gammaDeltaRatio(z, delta), 5e-15, `z = ${z}, delta = ${delta}`),
    ),
    { seed: 1, numRuns: 2000 },
  );
});

// Γ(z + 1) = z Γ(z) for both functions. On the two sides the recurrence starts from different points. The tolerance is
// twice the documented error.
test('the ratio satisfies the recurrence of the gamma function', () => {
  fc.assert(
    fc.property(anyZ, fraction, (z, delta) =>
      assertClose(
        gammaRatio(z + 1, delta) * z,
        gammaRatio(z, delta) * (z + delta),
        5e-15,
        `z = ${z}, delta = ${delta}`,
      ),
    ),
    { seed: 2, numRuns: 2000 },
  );
});

test('whole steps are products of integers, exactly', () => {
  assert.equal(gammaRatio(1, 18), 6402373705728000); // 18!, below 2⁵³
  assert.equal(gammaRatio(5e5, 2), 5e5 * 500001);
  assert.equal(gammaRatio(0.5, 0), 1);
});
