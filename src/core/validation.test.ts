import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  received,
  requireControl,
  requireInteger,
  requireNumber,
  requireOneOf,
  requireOptions,
  requireSeed,
} from './validation';

test('a number in range is returned; each kind of bound is enforced and reported', () => {
  assert.equal(requireNumber('x', 0.01, { atLeast: 0.01 }), 0.01);
  assert.equal(requireNumber('x', 2, { atMost: 2 }), 2);
  const cases: [number, Parameters<typeof requireNumber>[2], string][] = [
    [3, { atLeast: 0.01, atMost: 2 }, 'RangeError: s must lie in [0.01, 2]; got 3'],
    [0, { above: 0 }, 'RangeError: s must lie in (0, ∞); got 0'],
    [1, { below: 1 }, 'RangeError: s must lie in (-∞, 1); got 1'],
    [Infinity, {}, 'RangeError: s must lie in (-∞, ∞); got Infinity'],
    [Number.NaN, {}, 'RangeError: s must lie in (-∞, ∞); got NaN'],
  ];
  for (const [value, interval, message] of cases)
    assert.throws(
      () => requireNumber('s', value, interval),
      (error) => String(error) === message,
    );
});

test('an integer must be whole, safe and in range', () => {
  assert.equal(requireInteger('width', 1, { atLeast: 1 }), 1);
  for (const value of [0, 2.5, 2 ** 53, Number.NaN])
    assert.throws(() => requireInteger('width', value, { atLeast: 1 }), {
      name: 'RangeError',
      message: `width must be an integer in [1, 2⁵³ − 1]; got ${value}`,
    });
  assert.throws(() => requireInteger('shift', 0.5), {
    message: 'shift must be an integer in [−2⁵³ + 1, 2⁵³ − 1]; got 0.5',
  });
  assert.throws(() => requireSeed(7n), {
    name: 'TypeError',
    message: 'seed must be an integer in [0, 2⁵³ − 1]; got 7n',
  });
  assert.throws(() => requireInteger('width', '64'), /^TypeError: width must be an integer in .* got "64"$/);
});

test('a choice must be one of those listed', () => {
  assert.equal(requireOneOf('method', 'exact', ['exact', 'authors']), 'exact');
  assert.throws(() => requireOneOf('method', 'Exact', ['exact', 'authors']), {
    name: 'RangeError',
    message: `method must be one of 'exact', 'authors'; got "Exact"`,
  });
});

test('options must be an object, and a misspelt one is refused with the names known', () => {
  const options = { rate: 0.5 };
  assert.equal(requireOptions('options', options, ['rate', 'inverted']), options);
  assert.throws(() => requireOptions('options', { rat: 0.5 }, ['rate', 'inverted']), {
    name: 'TypeError',
    message: 'options may have rate, inverted; got "rat"',
  });
  for (const value of [null, 5, 'x', [], true, undefined])
    assert.throws(
      () => requireOptions('options', value, ['rate']),
      /^TypeError: options must be an object { rate }; got /,
    );
});

test('signal and onProgress must be what they are called', () => {
  requireControl({ signal: AbortSignal.abort(), onProgress: () => {} });
  requireControl({});
  assert.throws(() => requireControl({ signal: {} }), /^TypeError: signal must be an AbortSignal; got {}$/);
  assert.throws(() => requireControl({ onProgress: 1 }), /^TypeError: onProgress must be a function; got 1$/);
});

test('every kind of received value is formatted readably', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const cases: [unknown, string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [-0.5, '-0.5'],
    ['a "b"', '"a \\"b\\""'],
    [{ a: 1 }, '{"a":1}'],
    [relu, 'function relu'],
    [10n, '10n'],
    [Symbol('x'), 'Symbol(x)'],
    [[1, 2], '[1,2]'],
    [new Array(10 ** 6).fill(1), 'Array(1000000)'],
    [new Float64Array(100), 'Float64Array(100)'],
    ['x'.repeat(10 ** 6), `"${'x'.repeat(76)}…`],
    [new Map(), '[Map]'],
    [Object.create(null), '{}'],
    [{ seed: 7n }, '[object Object]'],
    [circular, '[object Object]'],
  ];
  for (const [value, text] of cases) assert.equal(received(value), text);
  function relu(): void {}
});
