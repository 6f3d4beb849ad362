import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { replaceFile } from './atomicFile';
import { draftOf, removeLeftDrafts } from './drafts';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-drafts-'));
after(() => rmSync(folder, { recursive: true }));

function emptyFolder(name: string): string {
  const empty = path.join(folder, name);
  mkdirSync(empty);
  return empty;
}

test('drafts of ended processes go, files and folders; those of living ones, of other machines and all else stay', () => {
  const mixed = emptyFolder('mixed');
  const { pid: ended } = spawnSync(process.execPath, ['--version']);
  const left = `fracmoment-${hostname()}-${ended}-0123abcd.tmp`;
  const kept = [
    path.basename(draftOf(path.join(mixed, 'of-this-process'))),
    `fracmoment-${hostname()}-${process.ppid}-0123abcd.tmp`,
    `fracmoment-not-${hostname()}-${ended}-0123abcd.tmp`,
    `notes-${ended}.tmp`,
    `results.json.${ended}.tmp`,
  ];
  for (const name of kept) writeFileSync(path.join(mixed, name), '');
  writeFileSync(path.join(mixed, left), '');
  mkdirSync(path.join(mixed, left.replace('0123', '4567'), 'inner'), { recursive: true });
  removeLeftDrafts(mixed);
  assert.deepEqual(readdirSync(mixed).sort(), kept.sort());
  removeLeftDrafts(path.join(folder, 'no such folder'));
});

test('a draft lies beside its target, whatever the length of its name, and no two have the same name', () => {
  const target = path.join(folder, 'x'.repeat(255));
  assert.notEqual(draftOf(target), draftOf(target));
  assert.equal(path.dirname(draftOf(target)), folder);
  replaceFile(target, 'text');
  assert.equal(readFileSync(target, 'utf8'), 'text');
  rmSync(target);
});

test('a save that is killed keeps the old content, and the next save in the folder removes its draft', async () => {
  const saving = emptyFolder('saving');
  const file = path.join(saving, 'file');
  replaceFile(file, 'old');
  const save = (content: string, before: string) =>
    spawn(
      process.execPath,
      [
        '-e',
        `${before}; require('./atomicFile').replaceFile(${JSON.stringify(file)}, ${JSON.stringify(content)})`,
      ],
      { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'] },
    );
  const stopsBeforeRenaming = `require('fs').renameSync = () => {
    require('fs').writeSync(1, 'written');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }`;
  const [killed, alive] = [save('killed', stopsBeforeRenaming), save('alive', stopsBeforeRenaming)];
  await Promise.all([once(killed.stdout, 'data'), once(alive.stdout, 'data')]);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  assert.equal(readdirSync(saving).length, 3);
  assert.equal(readFileSync(file, 'utf8'), 'old');
  await once(save('new', ''), 'exit');
  assert.equal(readFileSync(file, 'utf8'), 'new');
  const [draft, ...others] = readdirSync(saving).filter((name) => name !== 'file');
  assert.deepEqual(others, []);
  assert.equal(readFileSync(path.join(saving, draft!), 'utf8'), 'alive');
  alive.kill('SIGKILL');
  await once(alive, 'exit');
});
