import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { UsageError } from './command';
import { givenParameters } from './parameterFlags';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-parameters-'));
after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'values.json');

test('texts are kept as they are, and override the values of the file', () => {
  writeFileSync(file, '{ "width": 64, "orders": [1, 2], "name": "1" }');
  assert.deepEqual(
    [...givenParameters(['width=12 8', 'title=a=b\n', 'empty='], file)],
    [
      ['width', { text: '12 8' }],
      ['orders', { value: [1, 2] }],
      ['name', { value: '1' }],
      ['title', { text: 'a=b\n' }],
      ['empty', { text: '' }],
    ],
  );
  assert.equal(givenParameters([], undefined).size, 0);
});

test('what is not NAME=VALUE, and a file that is not a JSON object, are wrong command lines', () => {
  for (const text of ['', 'width', '=1', 'a b=1'])
    assert.throws(
      () => givenParameters([text], undefined),
      new UsageError(`-p must be NAME=VALUE; got ${text}`),
    );
  for (const [content, reason] of [
    ['[1]', ''],
    ['null', ''],
    ['{"a": 1,\n\n }', ': Expected double-quoted property name in JSON at position 11'],
    [Buffer.from('{"a": "é"}', 'latin1'), ': not UTF-8 text'],
    ['\ufeff{}', ': it starts with a byte order mark; save it as UTF-8 without one'],
  ] as const) {
    writeFileSync(file, content);
    const message = `--parameters must be a file that contains a JSON object; got ${file}${reason}`;
    assert.throws(
      () => givenParameters([], file),
      (error) =>
        error instanceof UsageError && error.message.startsWith(message) && !error.message.includes('\n'),
    );
  }
});
