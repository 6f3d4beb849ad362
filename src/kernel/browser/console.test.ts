import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { tableOf } from './console';

/** What Node's console writes. */
function nodeTable(data: unknown, columns?: string[]): string {
  let text = '';
  const stdout = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  new Console({ stdout }).table(data, columns);
  return text.trimEnd();
}

/** The words of the cells, line by line: Node 22 aligns them otherwise than Node 20. */
const words = (table: string) =>
  table.split('\n').map((line) => line.split(/[│─┌┐└┘├┤┬┴┼\s]+/).filter(Boolean));

// Oracle: Node's own
test('a table has the rows and columns that Node shows', () => {
  for (const data of [
    [
      { a: 1, b: 'x' },
      { a: 2, c: true },
    ],
    [[1, 2], [3]],
    { first: { a: 1 }, second: 2 },
    ['x', 'y'],
    [],
  ])
    assert.deepEqual(words(tableOf(data)), words(nodeTable(data)));
  assert.deepEqual(words(tableOf([{ a: 1, b: 2 }], ['b'])), words(nodeTable([{ a: 1, b: 2 }], ['b'])));
  assert.equal(tableOf(5), '5');
});
