import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Controls, fromSlider, readValues, startValues, toSlider, writeValues } from './controls';

const controls = {
  width: { kind: 'number', label: 'Width', min: 8, max: 1024, step: 1, start: 64, log: true },
  s: { kind: 'number', label: 's', min: 0.05, max: 2, step: 0.05, start: 1 },
  activation: {
    kind: 'choice',
    label: 'Activation',
    options: { relu: 'ReLU', linear: 'linear' },
    start: 'relu',
  },
} as const satisfies Controls;

test('what is written into an address is read from it', () => {
  const order = fc.integer({ min: 1, max: 40 }).map((n) => Number((n * 0.05).toPrecision(12)));
  const values = fc.record({
    width: fc.integer({ min: 8, max: 1024 }),
    s: order,
    activation: fc.constantFrom('relu', 'linear'),
  });
  fc.assert(
    fc.property(values, (all) => {
      assert.deepEqual(readValues(controls, writeValues(all)), { values: { ...all }, problems: [] });
    }),
  );
});

test('an empty address gives the start, and says nothing', () => {
  assert.deepEqual(readValues(controls, ''), { values: startValues(controls), problems: [] });
});

test('what is not accepted falls back to the start, and is told', () => {
  for (const text of ['abc', '', '7', '1025', '64.5', 'Infinity', 'NaN', '<b>', '%00']) {
    const { values, problems } = readValues(controls, `?width=${text}&s=0.5`);
    assert.deepEqual(values, { width: 64, s: 0.5, activation: 'relu' }, text);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^width must be a whole number in \[8, 1024\]; .* 64 is shown instead\.$/);
  }
  assert.match(
    readValues(controls, '?s=0.07').problems[0]!,
    /^s must be a multiple of 0\.05 in \[0\.05, 2\]/,
  );
  // names of every object are not choices
  for (const text of ['tanh', 'constructor', '__proto__'])
    assert.match(
      readValues(controls, `?activation=${text}`).problems[0]!,
      /^activation must be one of relu, linear/,
    );
});

test('the ends of a slider are those of the control, and every place gives an accepted value', () => {
  const { width, s } = controls;
  assert.deepEqual(
    [0, 200].map((place) => fromSlider(width, place)),
    [8, 1024],
  );
  assert.deepEqual(
    [8, 1024].map((value) => toSlider(width, value)),
    [0, 200],
  );
  for (let place = 0; place <= 200; place++)
    assert.deepEqual(readValues({ width }, `?width=${fromSlider(width, place)}`).problems, []);
  for (let n = 1; n <= 40; n++) assert.equal(String(fromSlider(s, n * 0.05)).length <= 4, true);
});
