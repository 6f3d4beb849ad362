import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { comparisonMimeType } from '../notebook/comparison/compare';

/* The command on notebooks of our own, whose comparisons are met or not. */

const folder = mkdtempSync(path.join(__dirname, 'test-reproduce-')); // in the project, so that the package is found
after(() => rmSync(folder, { recursive: true }));

function write(name: string, source: string, outputs: object[] = []): void {
  const cell = { cell_type: 'code', id: 'only', metadata: {}, source, outputs, execution_count: null };
  const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(path.join(folder, `${name}.ipynb`), JSON.stringify(notebook));
}

function comparison(ours: number): string {
  return `import { compare } from 'fracmoment';
    compare([{ quantity: 'two', expected: 2, source: 'arithmetic', ours: ${ours}, how: 'exact', tolerance: { absolute: 0.1 } }])`;
}

write('met', comparison(2.05));
write('tour', comparison(1.95));
write('unmet', comparison(3));
write('failing', "throw new Error('out of luck')");
const saved = {
  output_type: 'display_data',
  metadata: {},
  data: { [comparisonMimeType]: { rows: [{}, {}] } },
};
write('poorer', comparison(2.05), [saved]);
write('failing-with-rows', "throw new Error('out of luck')", [saved]);
writeFileSync(path.join(folder, 'unreadable.ipynb'), '{}');

function reproduce(...args: string[]): SpawnSyncReturns<string> {
  const call = `const { runCommand } = require(${JSON.stringify(path.join(__dirname, 'command.js'))});
    const { reproduce } = require(${JSON.stringify(path.join(__dirname, 'reproduce.js'))});
    runCommand(reproduce(${JSON.stringify(folder)}), process.argv.slice(1))`;
  const env = { ...process.env, FRACMOMENT_TFJS: 'skip' }; // these notebooks train nothing
  return spawnSync(process.execPath, ['-e', call, '--', ...args], { encoding: 'utf8', cwd: folder, env });
}

test('verdicts that are met make one table, the tour first, and exit code 0', () => {
  const { status, stdout, stderr } = reproduce('met', 'tour');
  assert.equal(stderr, '');
  assert.match(
    stdout,
    /^ok {2}tour\.ipynb .* s\nok {2}met\.ipynb .* s\n\nquantity .*\n─.*\ntour: two .* agrees\nmet: two .* agrees\n\n[\d.]+ s: 2 of 2 notebooks ran; 2 of 2 verdicts met\n$/,
  );
  assert.equal(status, 0);
});

test('a verdict that is not met makes exit code 1, with --out away from the originals', () => {
  const before = readFileSync(path.join(folder, 'unmet.ipynb'), 'utf8');
  const { status, stdout } = reproduce('unmet', '--out', 'out');
  assert.match(stdout, /\nunmet: two .* DIFFERS\n\n.* 1 of 1 notebooks ran; 0 of 1 verdicts met\n$/);
  assert.equal(status, 1);
  assert.equal(readFileSync(path.join(folder, 'unmet.ipynb'), 'utf8'), before);
  assert.deepEqual(readdirSync(path.join(folder, 'out')), ['unmet.ipynb']);
});

test('a notebook that fails or cannot be read makes exit code 1, and the others still count', () => {
  const { status, stdout, stderr } = reproduce('failing', 'met', 'unreadable');
  assert.match(stdout, /^FAILED {2}failing\.ipynb .*\nok {2}met\.ipynb .*\nFAILED {2}unreadable\.ipynb /);
  assert.match(stdout, /\nmet: two .* agrees\n\n.* 1 of 3 notebooks ran; 1 of 1 verdicts met\n$/);
  assert.match(stderr, /^failing\.ipynb, cell \[1\]:\n {2}\| throw .*\nError: out of luck\n/);
  assert.match(stderr, /\nunreadable\.ipynb: not a notebook of format 4\n$/);
  assert.equal(status, 1);
});

test('fewer verdicts than in the saved copy make exit code 1 and are told', () => {
  const { status, stdout, stderr } = reproduce('poorer', 'met', '--out', 'out');
  assert.match(stdout, / 2 of 2 notebooks ran; 2 of 2 verdicts met\n$/);
  assert.equal(stderr, 'poorer.ipynb: fewer verdicts than its saved copy: 1 instead of 2\n');
  assert.equal(status, 1);
  // a notebook that fails is reported as that alone
  assert.doesNotMatch(reproduce('failing-with-rows').stderr, /saved copy/);
});
