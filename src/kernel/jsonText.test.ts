// Oracles: JSON.parse for what a text holds, JSON.stringify for how one is laid out, CPython for numbers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { levelsOf, updateJson } from './jsonText';

/** JSON values, each object with its keys in order, and without the fractions that Python writes otherwise. */
const { value: values } = fc.letrec<{ value: unknown; list: unknown; record: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, 7, -12),
    fc.string({ unit: 'binary', maxLength: 6 }),
    tie('list'),
    tie('record'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  record: fc
    .dictionary(fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ maxLength: 3 })), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    })
    .map(sorted),
}));

function sorted(record: object): object {
  // integer keys would come first whatever is done
  const entries = Object.entries(record).filter(([key]) => !/^\d/.test(key) && key !== '__proto__');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('updateJson', () => {
  test('writes what JSON.stringify would, from the text of any other value', () => {
    fc.assert(
      fc.property(values, values, fc.constantFrom(1, 2, '\t'), (before, after, indent) => {
        const text = `${JSON.stringify({ a: before }, null, indent)}\n`;
        assert.equal(updateJson(text, { a: after }), `${JSON.stringify({ a: after }, null, indent)}\n`);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  test('leaves every byte of what stays the same', () => {
    const odd = String.raw`  {"z" :1.0, "a": [1e400,-0, 12345678901234567890 ,1E5 ],
      "é\u00e9\/" : "\u03c3 \ud83d\ude00 \/",
	"twice": 1, "twice":  2, "change" :  "me" , "empty": { } }
 `;
    assert.equal(updateJson(odd, JSON.parse(odd)), odd);
    const changed = { ...JSON.parse(odd), change: ['now'] };
    assert.equal(updateJson(odd, changed), odd.replace('"me"', '["now"]'));
  });

  test('follows the layout of the text: indentation, line ends, spaces', () => {
    for (const [before, after] of [
      ['{"a":1,"b":[2]}', '{"a":1,"b":[2,3],"c":{"d":4}}'],
      ['{"a": 1, "b": [2]}\n', '{"a": 1, "b": [2, 3], "c": {"d": 4}}\n'],
      [
        '{\r\n\t"a": 1,\r\n\t"b": [\r\n\t\t2\r\n\t]\r\n}\r\n',
        '{\r\n\t"a": 1,\r\n\t"b": [\r\n\t\t2,\r\n\t\t3\r\n\t],\r\n\t"c": {\r\n\t\t"d": 4\r\n\t}\r\n}\r\n',
      ],
    ] as const)
      assert.equal(updateJson(before, { a: 1, b: [2, 3], c: { d: 4 } }), after);
  });

  test('puts new keys in order, and removes those that are gone', () => {
    assert.equal(
      updateJson('{"b": 1.0, "d": 2.0}', { b: 1, d: 2, a: 0, c: 0, e: 0 }),
      '{"a": 0, "b": 1.0, "c": 0, "d": 2.0, "e": 0}',
    );
    assert.equal(updateJson('{"a": 1.0, "b": 2.0, "b": 3.0}', { b: 3 }), '{"b": 3.0}');
    assert.equal(updateJson('{"a": 1.0}', {}), '{}');
    assert.equal(updateJson('{"a": 1.0}', { a: undefined }), '{}');
  });

  test('keeps the elements of a list on both sides of new ones', () => {
    assert.equal(updateJson('{"a": [1.0, 2.0, 3.0]}', { a: [1, 2, 9, 3] }), '{"a": [1.0, 2.0, 9, 3.0]}');
    assert.equal(updateJson('{"a": [1.0, 2.0, 3.0]}', { a: [1, 3] }), '{"a": [1.0, 3.0]}');
  });

  test('writes numbers as Python does', () => {
    // oracle: json.dumps of the same numbers in CPython 3.11
    for (const [number, expected] of [
      [1e-7, '1e-07'],
      [0.00001, '1e-05'],
      [-0.000012345, '-1.2345e-05'],
      [0.0001, '0.0001'],
      [1.5e-300, '1.5e-300'],
      [5e-324, '5e-324'],
      [0, '0'],
      [0.1, '0.1'],
      [123456789, '123456789'],
      [1e21, '1e+21'],
      [1.5e22, '1.5e+22'],
    ] as const)
      assert.equal(updateJson('[null]', [number]), `[${expected}]`);
  });

  test('rejects what is not JSON', () => {
    for (const text of ['', '{', '{"a":1}}', "{'a':1}", '[1,]', 'NaN'])
      assert.throws(() => updateJson(text, {}), SyntaxError, text);
  });
});

test('levelsOf counts nesting, not brackets in strings', () => {
  assert.equal(levelsOf('1'), 0);
  assert.equal(levelsOf('{"[[[": ["\\"[["]}'), 2);
  assert.equal(levelsOf('['.repeat(1e6) + ']'.repeat(1e6)), 1e6);
});
