// The dialect of cells. Oracle: stock tslab 1.0.22, run by its own converter and executor on the same cells. Where our
// kernel gives something else, `differences` says why.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { startKernel } from './client';
import { corpus, differences } from './corpus.testData';

/** What became of a cell. */
export interface CellResult {
  ok: boolean;
  /** Its value as text. */
  value?: string;
  /** What it wrote to stdout. */
  written: string;
}

const folder = mkdtempSync(path.join(__dirname, '..', 'test-corpus-')); // in the project, so that packages are found
after(() => rmSync(folder, { recursive: true }));

function byTslab(): Promise<CellResult[][]> {
  const child = fork(path.join(__dirname, 'tslabPeer.testData.js'), { cwd: folder, silent: true });
  child.send(corpus.map(({ cells }) => cells));
  return new Promise((resolve, reject) => {
    child.once('message', (results) => resolve(results as CellResult[][]));
    child.once('exit', (code) => reject(new Error(`tslab ended with exit code ${code}`)));
  });
}

async function byOurs(cells: readonly string[]): Promise<CellResult[]> {
  const kernel = await startKernel(folder);
  const results: CellResult[] = [];
  for (const code of cells) {
    const result: CellResult = { ok: true, written: '' };
    const reply = await kernel.request(
      'execute_request',
      { code, stop_on_error: false },
      {
        onOutput({ header, content }) {
          if (header.msg_type === 'execute_result')
            result.value = (content.data as Record<string, string>)['text/plain']!;
          if (header.msg_type === 'stream' && content.name === 'stdout')
            result.written += String(content.text);
        },
      },
    );
    result.ok = reply.status === 'ok';
    results.push(result);
  }
  await kernel.kill();
  return results;
}

test('cells give what stock tslab gives, or what is better for a reason', async () => {
  const [theirs, ours] = await Promise.all([
    byTslab(),
    (async () => {
      const results: CellResult[][] = [];
      for (const { cells } of corpus) results.push(await byOurs(cells));
      return results;
    })(),
  ]);
  const found: Record<string, string> = {};
  corpus.forEach(({ about, cells }, group) => {
    cells.forEach((code, i) => {
      const [a, b] = [theirs[group]![i]!, ours[group]![i]!];
      if (JSON.stringify([a.ok, a.value, a.written]) !== JSON.stringify([b.ok, b.value, b.written]))
        found[`${about}: ${code}`] = `tslab ${JSON.stringify(a)}, ours ${JSON.stringify(b)}`;
    });
  });
  const cellCount = corpus.reduce((sum, { cells }) => sum + cells.length, 0);
  assert.ok(cellCount >= 150, `${cellCount} cells`);
  const unexplained = Object.entries(found).filter(([cell]) => differences[cell] === undefined);
  assert.deepEqual(Object.fromEntries(unexplained), {}, 'differences without a reason');
  const gone = Object.keys(differences).filter((cell) => found[cell] === undefined);
  assert.deepEqual(gone, [], 'reasons without a difference');
});
