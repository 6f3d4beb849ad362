import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Notebook } from './notebook';
import { runNotebook } from './run';

// inside the package, so that cells can import it by name
const folder = mkdtempSync(join(__dirname, '..', 'test-run-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, ...cells: (string | { source: string; tags: string[] })[]): string {
  const file = join(folder, name);
  const code = (cell: (typeof cells)[number]) => ({
    cell_type: 'code',
    metadata: typeof cell === 'string' ? {} : { tags: cell.tags },
    source: typeof cell === 'string' ? cell : cell.source,
    outputs: [],
    execution_count: null,
  });
  const text = { cell_type: 'markdown', metadata: {}, source: '# Title' };
  const notebook = { cells: [text, ...cells.map(code)], metadata: {}, nbformat: 4, nbformat_minor: 4 };
  writeFileSync(file, JSON.stringify(notebook));
  return file;
}

function read(file: string): Notebook {
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe('runNotebook', () => {
  test('saves what the cells put out, the same bytes each time', async () => {
    const file = write(
      'good.ipynb',
      "import { relu } from 'fracmoment';\nrelu.lower",
      '',
      { source: "throw new Error('expected')", tags: ['raises-exception'] },
      `const host = (globalThis as any)[Symbol.for('fracmoment.cell')];
       host.display({ data: { 'text/plain': 'rows', 'application/vnd.example+json': { rows: [1] } } }, { displayId: 'd' })`,
      "for (let i = 0; i < 1000; i++) console.log(i);\nhost.display({ data: { 'text/plain': 'updated' } }, { displayId: 'd', update: true })",
    );
    const progress: [number, number][] = [];
    const run = await runNotebook(file, { onCell: (done, total) => progress.push([done, total]) });
    assert.equal(run.failure, undefined);
    assert.deepEqual(progress, [
      [0, 4],
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    assert.deepEqual(
      run.outputs.map((output) => output.output_type),
      ['execute_result', 'error', 'display_data', 'stream'],
    );
    assert.deepEqual(run.outputs[2]?.data, { 'text/plain': ['updated'] });
    assert.equal(run.outputs[3]?.text?.length, 1000);
    const saved = readFileSync(file, 'utf8');
    assert.deepEqual(
      read(file).cells.map((cell) => [cell.id, cell.execution_count]),
      [
        ['cell-1', undefined],
        ['cell-2', 1],
        ['cell-3', null],
        ['cell-4', 2],
        ['cell-5', 3],
        ['cell-6', 4],
      ],
    );
    await runNotebook(file);
    assert.equal(readFileSync(file, 'utf8'), saved);
  });

  test('stops at a cell that fails, without changing the file unless it writes elsewhere', async () => {
    const file = write(
      'bad.ipynb',
      '1',
      "const rate = 2;\nthrow new RangeError('rate must lie in [0, 1); got 2')",
      '3',
    );
    const before = readFileSync(file, 'utf8');
    const out = join(folder, 'out', 'deep');
    const { failure } = await runNotebook(file, { out });
    assert.equal(failure?.cell, 2);
    assert.match(failure.source, /^const rate = 2;/);
    assert.equal(
      failure.message,
      "RangeError: rate must lie in [0, 1); got 2\ncell [2], line 2:\n    throw new RangeError('rate must lie in [0, 1); got 2')\n          ^\n    at cell [2]:2:7",
    );
    assert.equal(readFileSync(file, 'utf8'), before);
    const written = read(join(out, 'bad.ipynb'));
    assert.deepEqual(
      written.cells.map((cell) => cell.outputs?.map((output) => output.output_type)),
      [undefined, ['execute_result'], ['error'], []],
    );
    assert.deepEqual(
      readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.tmp')),
      [],
    );
  });

  test('reports a cell that takes too long', async () => {
    const { failure } = await runNotebook(write('slow.ipynb', '1', 'while (true) {}'), { timeout: 4 });
    assert.deepEqual([failure?.cell, failure?.message], [2, 'the cell took longer than 4 s']);
  });

  test('reports a kernel that dies', async () => {
    const { failure } = await runNotebook(
      write(
        'dead.ipynb',
        "import * as fs from 'node:fs';\nfs.writeSync(2, 'last words'); process.kill(process.pid, 'SIGKILL')",
      ),
    );
    assert.equal(failure?.cell, 1);
    assert.match(failure.message, /^the kernel ended \(SIGKILL\):\n.*last words/s);
  });

  test('is given up when its signal is aborted', async () => {
    const file = write('aborted.ipynb', 'await new Promise(() => {})');
    const abort = new AbortController();
    const reason = new Error('enough');
    const onCell = () => setTimeout(() => abort.abort(reason), 300);
    await assert.rejects(runNotebook(file, { signal: abort.signal, onCell }), reason);
    await assert.rejects(runNotebook(file, { signal: AbortSignal.abort(reason) }), reason);
  });

  test('rejects an invalid notebook or timeout', async () => {
    const file = join(folder, 'none.ipynb');
    writeFileSync(file, '{}');
    await assert.rejects(runNotebook(file), /not a notebook of format 4/);
    await assert.rejects(runNotebook(join(folder, 'missing.ipynb')), { code: 'ENOENT' });
    for (const timeout of [0, -1, NaN])
      await assert.rejects(
        runNotebook(file, { timeout }),
        /^RangeError: timeout must lie in \(0, ∞\) s; got/,
      );
  });
});
