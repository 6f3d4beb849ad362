import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { erf } from 'mathjs';
import { erfc } from './erfc';

const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/special_functions.json'), 'utf8'),
) as { erfc: { x: number; value: string }[] };

// Oracle: 20-digit values, down to 1e-296; the tolerance is the documented error.
test('erfc is that of the 20-digit reference', () => {
  assert.ok(reference.erfc.length > 30);
  for (const { x, value } of reference.erfc) {
    const error = Math.abs(erfc(x) / Number(value) - 1);
    assert.ok(error <= 1e-15 + 2e-16 * x * x, `x = ${x}: ${erfc(x)}, ${error.toExponential(1)} off`);
  }
});

// Oracle: mathjs (Cody's rational functions). Both are rounded at 1, so the error is absolute.
test('erfc is 1 − erf of mathjs', () => {
  fc.assert(
    fc.property(fc.double({ min: -7, max: 7, noNaN: true }), (x) => {
      const error = Math.abs(erfc(x) - (1 - erf(x)));
      assert.ok(error <= 1e-15, `x = ${x}: ${erfc(x)}, ${error.toExponential(1)} off`);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('far out erfc is 2 and 0', () => {
  assert.deepEqual([-Number.MAX_VALUE, -10, 28, Number.MAX_VALUE].map(erfc), [2, 2, 0, 0]);
});
