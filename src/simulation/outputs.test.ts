import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relu } from '../core/activations';
import { coordinateLogMoments, type NetworkOutputs, rescaleOutputs } from './outputs';
import { simulateOutputs } from './simulate';

/** Two networks of width 2: (3, −4) and a dead one. */
const outputs: NetworkOutputs = {
  width: 2,
  depths: [7],
  logNorms: [Float64Array.of(Math.log(5), -Infinity)],
  directions: Float64Array.of(0.6, -0.8, 0, 0),
};

test('rescaled weights give the log-norms of a simulation with those weights', async () => {
  // oracle: the same seed simulated at the other weightStd; log-norms of size 20 keep 14 digits
  const options = { activation: relu, width: 8, depths: [2, 30], networks: 20, seed: 1 };
  const rescaled = rescaleOutputs(await simulateOutputs({ ...options, weightStd: 0.5 }), 3);
  const expected = await simulateOutputs({ ...options, weightStd: 1.5 });
  for (const [index, row] of expected.logNorms.entries())
    for (const [j, logNorm] of row.entries())
      assert.ok(
        logNorm === rescaled.logNorms[index]![j] || Math.abs(logNorm - rescaled.logNorms[index]![j]!) < 1e-12,
      );
  assert.deepEqual(rescaled.directions, expected.directions);
});

test('rescaled dead networks remain dead', () => {
  assert.equal(rescaleOutputs(outputs, 1e300).logNorms[0]![1], -Infinity);
});

test('coordinate moments are those of the coordinates', () => {
  // oracle: (3^α + 4^α)/2 by hand
  for (const order of [0.3, 1, 2, 10]) {
    const [alive, dead] = coordinateLogMoments(outputs, order) as unknown as [number, number];
    assert.ok(Math.abs(alive - Math.log((3 ** order + 4 ** order) / 2)) < 1e-14 * order + 1e-14);
    assert.equal(dead, -Infinity);
  }
});

test('no order over- or underflows', () => {
  // oracle: by hand, 64 coordinates of 1/8 of a network of norm 1
  const even = { width: 64, depths: [1], logNorms: [[0]], directions: new Array(64).fill(1 / 8) };
  for (const order of [0.5, 400, 1e6, 1e300]) {
    const [logMoment] = coordinateLogMoments(even as unknown as NetworkOutputs, order);
    assert.ok(Math.abs(logMoment! / (order * Math.log(1 / 8)) - 1) < 1e-14);
  }
  // one coordinate of 0.8 decides: log(0.8^α (1 + 0.75^α)/2)
  const [alive, dead] = coordinateLogMoments(outputs, 5000) as unknown as [number, number];
  assert.ok(Math.abs(alive - (5000 * Math.log(4) - Math.log(2))) < 1e-11);
  assert.equal(dead, -Infinity);
  const large = { ...outputs, logNorms: [Float64Array.of(1e10, -Infinity)] };
  assert.throws(
    () => coordinateLogMoments(large, 1e300),
    /^RangeError: order · log-norm must lie in .* order 1e\+300$/,
  );
});

test('outputs that do not fit together are refused', () => {
  const refused = (change: object, message: RegExp) =>
    assert.throws(() => coordinateLogMoments({ ...outputs, ...change }, 1), message);
  refused({ width: 3 }, /^RangeError: outputs.directions must hold at least 6 numbers; got 4$/);
  refused({ depths: [1, 2] }, /^TypeError: outputs.logNorms must be a list of one array per depth \(2\)/);
  refused({ depths: [0] }, /^RangeError: outputs.depths\[0\] must be an integer/);
  refused(
    { logNorms: [[Number.NaN, 0]] },
    /^RangeError: outputs.logNorms\[0\]\[0\] must be finite or -Infinity/,
  );
  refused({ directions: [1, 2, 3, Infinity] }, /^RangeError: outputs.directions\[3\] must be finite/);
  assert.throws(() => rescaleOutputs([] as never, 1), /^TypeError: outputs must be an object { width, /);
});

test('invalid factors and orders throw', () => {
  assert.throws(() => rescaleOutputs(outputs, 0), {
    name: 'RangeError',
    message: 'factor must lie in (0, ∞); got 0',
  });
  assert.throws(() => coordinateLogMoments(outputs, -1), {
    name: 'RangeError',
    message: 'order must lie in (0, 1e+300]; got -1',
  });
});
