import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type Activation,
  activationName,
  dropout,
  inEvaluation,
  leakyRelu,
  linear,
  relu,
  requireActivation,
  rrelu,
} from './activations';

test('equal activations compare equal', () => {
  assert.deepEqual(leakyRelu(0), relu);
  assert.deepEqual(leakyRelu(-0), relu);
  assert.deepEqual(leakyRelu(1), linear);
  assert.deepEqual(rrelu(0.3, 0.3), leakyRelu(0.3));
  assert.deepEqual(dropout(relu, { rate: 0 }), relu);
  assert.ok(Object.isFrozen(relu) && Object.isFrozen(dropout(relu, { rate: 0.5 })));
});

test('applying dropout twice multiplies the keep probabilities; inverted dropout preserves the mean', () => {
  const rate = fc.double({ min: 0, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(rate, rate, (first, second) => {
      const twice = dropout(dropout(leakyRelu(0.2), { rate: first }), { rate: second });
      assert.ok(Math.abs(twice.keep - (1 - first) * (1 - second)) < 1e-15);
      // two roundings per factor, divided by ≥ 1e-4
      assert.ok(Math.abs(twice.keep * twice.scale - 1) < 1e-12);
      assert.equal(dropout(relu, { rate: first, inverted: false }).scale, 1);
    }),
  );
});

test('in evaluation, slopes and masks are replaced by their means', () => {
  assert.deepEqual(inEvaluation(rrelu(0.1, 0.3)), leakyRelu(0.2));
  assert.deepEqual(inEvaluation(dropout(relu, { rate: 0.5 })), relu);
  const uninverted = inEvaluation(dropout(relu, { rate: 0.5, inverted: false }));
  assert.deepEqual(uninverted, { ...relu, scale: 0.5 });
});

test('names identify the activation', () => {
  const names: [Activation, string][] = [
    [linear, 'linear'],
    [relu, 'ReLU'],
    [leakyRelu(-1), 'Leaky ReLU (−1)'],
    [rrelu(1 / 8, 1 / 3), 'Randomized Leaky ReLU (0.125 to 0.3333)'],
    [dropout(relu, { rate: 0.2 }), 'ReLU, dropout 0.2'],
    [dropout(relu, { rate: 0.2, inverted: false }), 'ReLU, dropout 0.2, not inverted'],
  ];
  for (const [activation, name] of names) assert.equal(activationName(activation), name);
});

test('errors give the name, range and value of an invalid argument', () => {
  const cases: [() => unknown, RegExp][] = [
    [() => leakyRelu(Number.NaN), /^RangeError: negativeSlope must lie in \(-∞, ∞\); got NaN$/],
    [() => leakyRelu('0.1' as never), /^TypeError: negativeSlope must be a number in .* got "0.1"$/],
    [() => rrelu(0.5, 0.2), /^RangeError: upper must lie in \[0.5, ∞\); got 0.2$/],
    [() => rrelu(-Infinity, 0), /^RangeError: lower must lie/],
    [() => dropout(relu, { rate: 1 }), /^RangeError: rate must lie in \[0, 1\); got 1$/],
    [() => dropout('relu' as never, { rate: 0.1 }), /^TypeError: activation must be linear, .* got "relu"$/],
    [() => inEvaluation('relu' as never), /^TypeError: activation must be linear, .* got "relu"$/],
    [() => activationName('relu' as never), /^TypeError: activation must be linear, .* got "relu"$/],
    [
      () => requireActivation({ ...relu, keep: 0 }),
      /^RangeError: activation.keep must lie in \(0, 1\]; got 0$/,
    ],
    [() => requireActivation({ ...relu, scale: -1 }), /^RangeError: activation.scale must lie in \(0, ∞\)/],
    [() => requireActivation({ lower: 0, upper: 0 }), /^TypeError: activation.keep must be a number/],
    [() => requireActivation(null, 'phi'), /^TypeError: phi must be .* got null$/],
  ];
  for (const [call, message] of cases)
    assert.throws(call, (error) => message.test(String(error)), String(message));
});
