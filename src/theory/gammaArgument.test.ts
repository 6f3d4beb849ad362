import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { complex, lgamma } from 'mathjs';
import { gammaArgument } from './gammaArgument';

const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/special_functions.json'), 'utf8'),
) as { gammaArgument: { v: number; value: string }[] };

/** The documented error. */
const tolerance = (v: number) => 2e-15 + 3e-16 * v * Math.log1p(v);

function assertNear(actual: number, expected: number, most: number, what: string): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= most, `${what}: ${actual}, expected ${expected}, ${error.toExponential(1)} off`);
}

// Oracle: 20-digit values.
test('the argument is that of the 20-digit reference', () => {
  assert.ok(reference.gammaArgument.length > 20);
  for (const { v, value } of reference.gammaArgument)
    assertNear(gammaArgument(v), Number(value), tolerance(v), `v = ${v}`);
});

// Oracle: mathjs, whose own error is as large.
test('the argument is the imaginary part of the log-gamma function of mathjs', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 500, noNaN: true }), (v) =>
      assertNear(gammaArgument(v), lgamma(complex(1, v)).im, 2 * tolerance(v), `v = ${v}`),
    ),
    { seed: 1, numRuns: 2000 },
  );
});
