import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { makeFolder } from './folder';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-folder-'));
after(() => rmSync(folder, { recursive: true }));

test('makes a folder with those above it, also behind a link, and leaves one that is there', () => {
  symlinkSync(folder, path.join(folder, 'link'));
  for (const wanted of ['a/b/c', 'a/b/c', 'a', 'link/d']) {
    makeFolder(path.join(folder, wanted));
    assert.ok(statSync(path.join(folder, wanted)).isDirectory());
  }
});

test('throws where a file is in the way', () => {
  writeFileSync(path.join(folder, 'file'), '');
  assert.throws(() => makeFolder(path.join(folder, 'file')), { code: 'EEXIST' });
  assert.throws(() => makeFolder(path.join(folder, 'file', 'a', 'b')), { code: 'ENOTDIR' });
});

test('throws, and returns, where none can be made', { skip: process.platform !== 'linux' }, () => {
  // in a process of its own, which can be ended
  const call = "require('./folder').makeFolder('/proc/nope/a')";
  const { status, signal, stderr } = spawnSync(process.execPath, ['-e', call], {
    cwd: __dirname,
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.deepEqual([status, signal], [1, null]);
  assert.match(stderr, /ENOENT.*mkdir '\/proc\/nope'/);
});
