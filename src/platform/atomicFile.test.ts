import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { replaceFile } from './atomicFile';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-atomic-'));
after(() => rmSync(folder, { recursive: true }));

test('writes text and bytes over what was there', () => {
  const file = path.join(folder, 'file');
  replaceFile(file, 'a longer text');
  replaceFile(file, 'σ');
  assert.equal(readFileSync(file, 'utf8'), 'σ');
  replaceFile(file, new Uint8Array([1, 2, 3]));
  assert.deepEqual([...readFileSync(file)], [1, 2, 3]);
});

test('leaves nothing half-written when it fails', () => {
  const target = path.join(folder, 'a folder with content');
  mkdirSync(path.join(target, 'inner'), { recursive: true });
  const before = readdirSync(folder);
  assert.throws(() => replaceFile(target, 'text')); // written, but cannot take a folder's place
  assert.throws(() => replaceFile(path.join(folder, 'missing', 'file'), 'text'), { code: 'ENOENT' });
  assert.deepEqual(readdirSync(folder), before);
});

test('keeps the mode, and the owner where that is allowed', { skip: process.platform === 'win32' }, () => {
  const file = path.join(folder, 'private');
  replaceFile(file, 'old');
  chmodSync(file, 0o640);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(file, 12345, 23456);
  const { uid, gid } = statSync(file);
  replaceFile(file, 'new');
  const after = statSync(file);
  assert.deepEqual([after.mode & 0o7777, after.uid, after.gid], [0o640, uid, gid]);
  assert.equal(readFileSync(file, 'utf8'), 'new');
});
