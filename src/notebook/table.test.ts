import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeHtml, htmlOf, linesOf, markdownOf, textOf } from './table';

test('a table as text, Markdown and HTML', () => {
  const [header, rows] = [
    ['name', 'n'],
    [
      ['a', '1'],
      ['long', '22'],
    ],
  ];
  assert.equal(textOf(header, rows).join('\n'), 'name  n\n────  ──\na     1\nlong  22');
  assert.equal(markdownOf(header, rows), '| name | n |\n| --- | --- |\n| a | 1 |\n| long | 22 |');
  assert.match(
    htmlOf(['<b>'], [[escapeHtml('<i>')]]),
    /<th[^>]*>&lt;b&gt;<\/th>.*\n.*\n<tr><td[^>]*>&lt;i&gt;<\/td>/,
  );
});

test('texts wrap at spaces, and a longer word stays whole', () => {
  assert.deepEqual(linesOf('one two three', 7), ['one two', 'three']);
  assert.deepEqual(linesOf('a dense_Dense12 b', 9), ['a', 'dense_Dense12', 'b']);
  assert.deepEqual(linesOf('', 9), ['']);
});

test('cells wrap at spaces, after underscores, and within words last', () => {
  const lines = (cell: string, columns: number) => textOf(['h'], [[cell]], columns)[2];
  assert.equal(lines('one two three', 9), 'one two\nthree');
  assert.equal(lines('dense_Dense12', 9), 'dense_\nDense12');
  assert.equal(lines('one two three', 7), 'one two\nthree');
  assert.equal(lines('abcdefghi', 5), 'abcde\nfghi');
  assert.equal(lines('a 1\u00a0±\u00a02', 5), 'a\n1 ± 2');
});

test('no line is wider than asked for, and no character but a space is lost', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'b', '_', ' ', '\u00a0', '±'), maxLength: 30 });
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      (rows) => {
        const [head, rule, ...body] = textOf(['first', 'second', 'third'], rows, 40);
        for (const line of [head!, rule!, ...body].join('\n').split('\n')) assert.ok(line.length <= 40, line);
        const letters = (text: string) =>
          [...text]
            .filter((c) => !/\s/.test(c))
            .sort()
            .join('');
        assert.equal(letters(body.join('')), letters(rows.flat().join('')));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});
