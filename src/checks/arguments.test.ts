import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { examples, fracmoment } from './examples';
import type { SpoilNews } from './spoil.worker';

/*
 * Every export, called as in its example but with one argument, option or element spoiled: it answers with a TypeError or
 * RangeError that names the argument, or with a result without NaN, and soon. The calls of an export are made in a worker
 * thread, which is ended if a call does not return.
 */

/** A call that takes longer hangs; most take a millisecond. */
const patience = 20_000;

// some calls make folders
const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-'));
process.chdir(folder);
process.on('exit', () => rmSync(folder, { recursive: true }));

interface Tally {
  places: number;
  calls: number;
  refused: number;
  faults: string[];
}

/** `next` is the call to go on with after one that hung; undefined if all were made. */
function spoil(name: string, skip: number): Promise<{ tally: Tally; next: number | undefined }> {
  const worker = new Worker(path.join(__dirname, 'spoil.worker.js'), {
    workerData: { name, skip },
    env: { ...process.env, FRACMOMENT_TFJS: 'skip' },
    stdout: true,
    stderr: true,
  });
  const tally: Tally = { places: 0, calls: 0, refused: 0, faults: [] };
  let current = { index: -1, description: 'its example' };
  return new Promise((resolve, reject) => {
    const end = (hung: boolean) => {
      clearTimeout(watchdog);
      void worker.terminate();
      resolve({ tally, next: hung ? current.index + 1 : undefined });
    };
    const hangs = () => {
      tally.faults.push(`${current.description}: no answer`);
      end(true);
    };
    let watchdog = setTimeout(hangs, 3 * patience);
    worker.on('message', (news: SpoilNews) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(hangs, patience);
      if (news.kind === 'call') current = news;
      else if (news.kind === 'fault') tally.faults.push(`${news.description}: ${news.why}`);
      else {
        Object.assign(tally, news);
        end(false);
      }
    });
    worker.on('error', reject);
  });
}

async function tallyOf(name: string): Promise<Tally> {
  const faults: string[] = [];
  for (let skip = 0; ; ) {
    const { tally, next } = await spoil(name, skip);
    faults.push(...tally.faults);
    if (next === undefined || next === 0) return { ...tally, faults };
    skip = next;
  }
}

const functions = Object.keys(fracmoment).filter((name) => typeof fracmoment[name] === 'function');
const withExample = new Map(
  examples().flatMap((each) => (each.lines.length > 0 ? [[each.name, each] as const] : [])),
);
const only = process.env.FRACMOMENT_SPOIL?.split(',');
const total = { exports: 0, places: 0, calls: 0, refused: 0 };

for (const name of functions.filter((each) => only?.includes(each) ?? true))
  test(`${name} refuses what it cannot take`, async () => {
    const example = withExample.get(name);
    assert.ok(example, 'has no example');
    const { places, calls, refused, faults } = await tallyOf(name);
    const required = (fracmoment[name] as { length: number }).length;
    assert.ok(example.parameters.length >= required, 'parameters were not found in its declaration');
    assert.ok(places >= example.parameters.length, 'parameters were left out');
    total.exports++;
    total.places += places;
    total.calls += calls;
    total.refused += refused;
    assert.deepEqual(faults, []);
  });

test('how many calls were made', (t) => {
  t.diagnostic(JSON.stringify(total));
  assert.equal(total.exports, functions.filter((each) => only?.includes(each) ?? true).length);
});
