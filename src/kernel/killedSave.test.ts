import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { runAndKill, stopBeforeRename } from '../platform/killed.testData';
import { runNotebook } from './run';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-killed-save-'));
after(() => rmSync(folder, { recursive: true }));

test('a run that is killed while it saves leaves the notebook as it was; the next run cleans up', async () => {
  const file = path.join(folder, 'sum.ipynb');
  const cell = {
    cell_type: 'code',
    id: 'sum',
    metadata: {},
    source: '1 + 1',
    outputs: [],
    execution_count: null,
  };
  const before = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
  writeFileSync(file, before);
  const program = `${stopBeforeRename}
    require('./run').runNotebook(${JSON.stringify(file)});`;
  await runAndKill(program, __dirname);
  assert.equal(readFileSync(file, 'utf8'), before);
  assert.equal(readdirSync(folder).length, 2);
  const { outputs } = await runNotebook(file);
  assert.deepEqual(outputs[0]!.data, { 'text/plain': ['2'] });
  assert.deepEqual(readdirSync(folder), ['sum.ipynb']);
});
