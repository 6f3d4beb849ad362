import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { LANGUAGE_INFO } from './language';
import { type Notebook, sourceOf } from './notebook';
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
      read(file).cells.map((cell) => cell.execution_count),
      [undefined, 1, null, 2, 3, 4],
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

  test('changes nothing but outputs and counts, byte by byte, in a notebook of the kernel', async () => {
    const file = join(folder, 'odd.ipynb');
    const text = String.raw`{ "nbformat": 4,"nbformat_minor": 2,
      "metadata": {"version": 1.0, "huge": 1e400, "id": 12345678901234567890,
        "kernelspec":{"name":"fracmoment","display_name":"my own name" },"author" : "\u00e9\/",
        "language_info" : ${JSON.stringify(LANGUAGE_INFO, null, 3)} },
  "cells": [ { "source" :"1 + 1", "cell_type":"code",  "metadata": {"x":1.50},
      "outputs": [ ], "execution_count":null},
 {"cell_type": "markdown", "source": [ "\u03c3" ], "metadata": {}} ]}`;
    writeFileSync(file, text);
    assert.equal((await runNotebook(file)).failure, undefined);
    const saved = readFileSync(file, 'utf8');
    const result =
      '{"data": {"text/plain": ["2"]}, "execution_count": 1, "metadata": {}, "output_type": "execute_result"}';
    assert.equal(saved, text.replace('[ ]', `[${result}]`).replace('null', '1'));
    await runNotebook(file);
    assert.equal(readFileSync(file, 'utf8'), saved);
  });

  test('keeps an edit that is made meanwhile, and puts the result beside it', async () => {
    const edit = (out?: string) => `import { appendFileSync } from 'node:fs';
      appendFileSync('${out ?? 'edited.ipynb'}', ' '); 'done'`;
    const file = write('edited.ipynb', edit());
    const before = readFileSync(file, 'utf8');
    await assert.rejects(
      runNotebook(file),
      /^Error: the file was changed while it ran, .* in .*edited\.rerun\.ipynb$/,
    );
    assert.equal(readFileSync(file, 'utf8'), `${before} `);
    const [, cell] = read(join(folder, 'edited.rerun.ipynb')).cells;
    assert.deepEqual(cell?.outputs?.[0]?.data, { 'text/plain': ["'done'"] });
    // nor is one of an earlier copy lost
    const copied = write('copied.ipynb', edit('copies/copied.ipynb'));
    const out = join(folder, 'copies');
    await assert.rejects(runNotebook(copied, { out }), /changed while it ran/); // the copy appeared meanwhile
    assert.equal(readFileSync(join(out, 'copied.ipynb'), 'utf8'), ' ');
    // an edit of the original does not matter to a copy elsewhere
    appendFileSync(file, ' ');
    await runNotebook(file, { out: join(folder, 'others') });
  });

  test('leaves out cells tagged skip-execution, with their outputs', async () => {
    const file = write('skipping.ipynb', '1', { source: 'nonsense!', tags: ['skip-execution'] }, '2');
    const notebook = read(file);
    notebook.cells[2]!.outputs = [{ output_type: 'stream', name: 'stdout', text: ['kept'] }];
    notebook.cells[2]!.execution_count = 9;
    writeFileSync(file, JSON.stringify(notebook));
    assert.equal((await runNotebook(file)).failure, undefined);
    const { cells } = read(file);
    assert.deepEqual(cells[2], notebook.cells[2]);
    assert.deepEqual(
      cells.map((cell) => cell.execution_count),
      [undefined, 1, 9, 2],
    );
  });

  test('sets parameters, checked as any other cell, and replaces them in the next run', async () => {
    const file = write(
      'parameters.ipynb',
      { source: 'const width = 64, title = "x";', tags: ['parameters'] },
      "const line: string = [title, width + 1].join(' ');\nline",
    );
    const line = async (parameters: Record<string, string>) => {
      const given = new Map(Object.entries(parameters).map(([name, text]) => [name, { text }]));
      const { outputs } = await runNotebook(file, { parameters: given });
      return outputs[0]?.data?.['text/plain'];
    };
    const sources = () => read(file).cells.slice(1).map(sourceOf);
    const [declared, used] = sources();
    assert.deepEqual(await line({}), ["'x 65'"]);
    assert.deepEqual(await line({ width: '128', title: '7' }), ["'7 129'"]);
    const injected = (text: string) => [declared, `// Parameters\n${text}`, used];
    assert.deepEqual(sources(), injected('const width: number = 128;\nconst title: string = "7";'));
    assert.deepEqual(await line({ width: '2' }), ["'x 3'"]);
    assert.deepEqual(sources(), injected('const width: number = 2;'));
    assert.deepEqual(await line({}), ["'x 3'"], 'as papermill does: the last injected cell stays');
    const before = readFileSync(file, 'utf8');
    await assert.rejects(line({ width: 'wide' }), {
      message: 'parameter width must be of type number; got wide',
    });
    await assert.rejects(line({ depth: '2' }), {
      message: 'no parameter is called depth; there are width: number, title: string',
    });
    assert.equal(readFileSync(file, 'utf8'), before);
  });

  test('refuses what it must not run before any cell has run', async () => {
    const file = write('refused.ipynb', "require('fs').writeFileSync('it-ran', '')");
    const text = readFileSync(file, 'utf8');
    const refused = async (content: string | Uint8Array, expected: RegExp, options = {}) => {
      writeFileSync(file, content);
      await assert.rejects(runNotebook(file, options), expected);
      assert.deepEqual(readFileSync(file), Buffer.from(content));
      assert.ok(!existsSync(join(folder, 'it-ran')));
    };
    const python = '"metadata":{"kernelspec":{"name":"python3","language":"python"}},"nbformat"';
    await refused(
      text.replace('"metadata":{},"nbformat"', python),
      /^Error: not a TypeScript notebook: .* "python"$/,
    );
    await refused(Buffer.from(text.replace('Title', 'Titel für'), 'latin1'), /^Error: not UTF-8 text$/);
    await refused(text.slice(0, -1), /^Error: not valid JSON: /);
    await refused(
      text.replace('"nbformat":4', '"nbformat":3'),
      /^Error: not a notebook of format 4: its nbformat is 3$/,
    );
    await refused(text, /EEXIST|ENOTDIR/, { out: join(file, 'out') });
    await refused(text, /the notebook takes no parameters/, { parameters: new Map([['a', { text: '1' }]]) });
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
