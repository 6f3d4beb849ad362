import assert from 'node:assert/strict';
import { test } from 'node:test';
import { band, histogram, line, type Mark } from './marks';

/** The coordinates and bar width that Plotly is given. */
function traceOf(mark: Mark): { x: (number | null)[]; y: (number | null)[]; width: number } {
  return mark.trace!('#000000') as ReturnType<typeof traceOf>;
}

const n = 10 ** 6;
const ramp = Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n);

test('a band of a million points is its outline: up along the upper limit, back along the lower', () => {
  const above = ramp.map((y) => y + 1);
  above[n / 2] = Number.NaN; // a gap
  const { x, y } = traceOf(band(ramp, ramp, above));
  assert.equal(x.length, 2 * (n - 1) + 1);
  // from 0 up to the gap, back to 0, and on behind the gap
  const near = (value: number | null | undefined, expected: number) =>
    assert.ok(Math.abs(value! - expected) < 1e-5, `${value} against ${expected}`);
  near(y[0], 1);
  near(y[n / 2 - 1], 1.5);
  near(y[n / 2], 0.5);
  near(y[n - 1], 0);
  near(x[n - 1], 0);
  assert.deepEqual([x[n], y[n]], [null, null]);
  near(x[n + 1], 0.5);
  assert.equal(traceOf(line(ramp, ramp)).x.length, n);
});

test('a histogram of a million numbers', () => {
  // oracle: 10 bars of the uniform density, with 100,000 numbers each
  const { y } = traceOf(histogram(ramp, { bins: 10, range: [0, 1] }));
  assert.deepEqual(y, new Array(10).fill(1));
});

test('equal numbers are one bar, however large', () => {
  for (const value of [0, 3, 2 ** 53, -1e300]) {
    const { x, y, width } = traceOf(histogram([value, value], { bins: 3 }));
    assert.equal(x[1], value);
    assert.deepEqual([y[0], y[2]], [0, 0]);
    assert.ok(Math.abs(y[1]! * width - 1) < 1e-4, `${value}`); // rounded to five digits
  }
});

test('numbers too far apart or too close to divide are refused', () => {
  for (const sample of [
    [-Number.MAX_VALUE, Number.MAX_VALUE],
    [0, 5e-324],
  ])
    assert.throws(() => histogram(sample), /^RangeError: width of a bin must lie in/);
});
