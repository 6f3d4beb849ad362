// Oracles: text laid out by hand after Biome's documented style; for what must stay, the notebook before formatting.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { updateJson } from '../kernel/jsonText';
import { type Notebook, parseNotebook, sourceOf } from '../kernel/notebook';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-format-'));
after(() => rmSync(folder, { recursive: true }));

const cell = (id: string, source: string, cell_type = 'code') => ({
  cell_type,
  id,
  metadata: { tags: [id] },
  source,
  ...(cell_type === 'code' && {
    outputs: [{ output_type: 'stream', name: 'stdout', text: ['kept\n'] }],
    execution_count: 7,
  }),
});

function write(name: string, ...cells: object[]): string {
  const file = path.join(folder, `${name}.ipynb`);
  const notebook = { cells, metadata: { title: 'kept' }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(file, JSON.stringify(notebook, null, 1));
  return file;
}

function run(...args: string[]) {
  const [command, formatter] = ['command.js', 'formatNotebooks.js'].map((name) =>
    JSON.stringify(path.join(__dirname, name)),
  );
  const script = `require(${command}).runCommand(
    require(${formatter}).formatNotebooks(${JSON.stringify(folder)}), ${JSON.stringify(args)})`;
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
}

const read = (file: string) => readFileSync(file, 'utf8');

describe('formatting cells', () => {
  const untidy = write(
    'untidy',
    cell('text', 'a  ;  b', 'markdown'),
    cell('first', 'const a = "b"\na'),
    cell('second', "const c = 'd';\nawait c;"),
  );
  const tidy = write('tidy', cell('only', 'a;'));

  test('names the notebook and the cell, exits with 1 and writes nothing', () => {
    const before = read(untidy);
    const { status, stderr } = run();
    assert.equal(stderr, 'untidy.ipynb, cell first is not formatted; "npm run format" formats it\n');
    assert.equal(status, 1);
    assert.equal(read(untidy), before);
  });

  test('--write changes the source of that cell and nothing else', () => {
    const before = read(untidy);
    const expected = parseNotebook(before);
    expected.cells[1]!.source = ["const a = 'b';\n", 'a;'];
    const tidyBefore = read(tidy);
    const { status, stdout } = run('--write');
    assert.equal(stdout, 'cells formatted: 1\n');
    assert.equal(status, 0);
    assert.equal(read(untidy), updateJson(before, expected));
    assert.equal(read(tidy), tidyBefore);
    assert.equal(run().status, 0);
  });

  test('breaks at 88 columns', () => {
    const call = (argument: string) => `f(${argument}, b);`;
    const wide = write('wide', cell('fits', call('a'.repeat(81))), cell('breaks', call('a'.repeat(82))));
    assert.equal(run('--write').status, 0);
    assert.deepEqual(
      parseNotebook(read(wide)).cells.map((one) => sourceOf(one).split('\n').length),
      [1, 4],
    );
    rmSync(wide);
  });

  test('says which cell is no TypeScript', () => {
    const broken = write('broken', cell('bad', 'const = ;'));
    const { status, stderr } = run();
    rmSync(broken);
    assert.equal(status, 1);
    assert.match(stderr, /broken.bad\.ts/);
  });
});

describe('the notebooks of this project', () => {
  const notebooks = path.resolve(__dirname, '..', '..', 'notebooks');
  const files = readdirSync(notebooks).filter((file) => file.endsWith('.ipynb'));
  const codeCells = ({ cells }: Notebook) => cells.filter(({ cell_type }) => cell_type === 'code');
  const cells = files.flatMap((file) =>
    codeCells(parseNotebook(read(path.join(notebooks, file)))).map((one) => ({
      file,
      id: one.id,
      lines: sourceOf(one).split('\n').length,
    })),
  );

  test('have short cells: none over 20 lines, four of five at most 15', () => {
    for (const { file, id, lines } of cells) assert.ok(lines <= 20, `${file}, ${id}`);
    const short = cells.filter(({ lines }) => lines <= 15).length;
    assert.ok(short >= 0.8 * cells.length, `${short} of ${cells.length}`);
  });
});
