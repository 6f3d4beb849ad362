import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
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

test('activations without parameters can be given by name', () => {
  assert.equal(requireActivation('relu'), relu);
  assert.equal(requireActivation('linear'), linear);
  assert.deepEqual(dropout('relu', { rate: 0.5 }), dropout(relu, { rate: 0.5 }));
  assert.equal(activationName('linear'), 'linear');
});

test('an activation prints as its name, and is plain data otherwise', () => {
  assert.equal(inspect(relu), 'ReLU');
  assert.equal(inspect({ activation: dropout(relu, { rate: 0.5 }) }), '{ activation: ReLU, dropout 0.5 }');
  assert.equal(inspect(inEvaluation(rrelu(0.1, 0.3))), 'Leaky ReLU (0.2)');
  assert.deepEqual(structuredClone(relu), { lower: 0, upper: 0, keep: 1, scale: 1 });
  assert.deepEqual({ ...relu }, relu);
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
    [
      () => leakyRelu(1e51),
      /^RangeError: negativeSlope must be 0 or have a magnitude in \[1e-50, 1e50\]; got 1e\+51$/,
    ],
    [() => rrelu(0, 1e-51), /^RangeError: upper must be 0 or have a magnitude/],
    [() => dropout(relu, { rate: 1 }), /^RangeError: rate must lie in \[0, 1\); got 1$/],
    [() => dropout('ReLU' as never, { rate: 0.1 }), /^TypeError: activation must be linear, .* got "ReLU"$/],
    [() => inEvaluation('elu' as never), /^TypeError: activation must be linear, .* got "elu"$/],
    [() => activationName([0, 0] as never), /^TypeError: activation must be linear, .* got \[0,0\]$/],
    [
      () => dropout(relu, undefined as never),
      /^TypeError: options must be an object { rate, inverted }; got undefined$/,
    ],
    [
      () => dropout(relu, { rate: 0.1, inverse: false } as never),
      /^TypeError: options may have rate, inverted; got "inverse"$/,
    ],
    [
      () => dropout(relu, { rate: 0.1, inverted: 0 as never }),
      /^TypeError: inverted must be true or false; got 0$/,
    ],
    [
      () => requireActivation({ ...relu, keep: 0 }),
      /^RangeError: activation.keep must lie in \[1e-15, 1\]; got 0$/,
    ],
    [
      () => requireActivation({ ...relu, scale: -1 }),
      /^RangeError: activation.scale must lie in \[1e-25, 1e\+25\]/,
    ],
    [() => requireActivation({ lower: 0, upper: 0 }), /^TypeError: activation.keep must be a number/],
    [() => requireActivation(null, 'phi'), /^TypeError: phi must be .* got null$/],
  ];
  for (const [call, message] of cases)
    assert.throws(call, (error) => message.test(String(error)), String(message));
});
