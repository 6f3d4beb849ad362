import assert from 'node:assert/strict';
import { test } from 'node:test';
import { band, heatmap, histogram, line, type Mark, rule } from './marks';

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

test('numbers that differ by rounding errors are one bar', () => {
  for (const sample of [
    [0, 5e-324],
    [0.3, 0.1 + 0.2],
  ])
    assert.deepEqual(traceOf(histogram(sample, { bins: 3 })).y, [0, 3, 0]); // in a bin ⅓ wide
});

test('numbers too far apart to divide are refused', () => {
  const sample = [-Number.MAX_VALUE, Number.MAX_VALUE];
  assert.throws(() => histogram(sample), /^RangeError: width of a bin must lie in/);
});

test('a rule is at x or at y; what is undefined is not given', () => {
  const at = (options: object) => rule(options as Parameters<typeof rule>[0]).shape!();
  assert.deepEqual(at({ x: undefined, y: 1 }), at({ y: 1 }));
  assert.deepEqual(at({ x: 1, y: undefined }), at({ x: 1 }));
  assert.throws(() => at({ x: 1, y: 1 }), /^TypeError: a rule must have either x or y; got both$/);
  assert.throws(() => at({ x: undefined }), /^TypeError: a rule must have either x or y; got neither$/);
});

test('the cells of a heat map have places', () => {
  const z = [[1, 2]];
  assert.throws(() => heatmap([Number.NaN, 1], [1], z, { title: 'z' }), /^RangeError: x\[0\] must lie in/);
  assert.throws(() => heatmap([1, 2], [Infinity], z, { title: 'z' }), /^RangeError: y\[0\] must lie in/);
});
