import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { prepareTarget, readText, targetAt, writeTarget } from './notebookFile';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-file-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

test('only UTF-8 is read as text', () => {
  writeFileSync(at('utf8'), '\ufeffσ\u0000');
  assert.equal(readText(at('utf8')), '\ufeffσ\u0000');
  writeFileSync(at('latin1'), Buffer.from('"é"', 'latin1'));
  writeFileSync(at('cut'), Buffer.from('σ').subarray(0, 1));
  for (const name of ['latin1', 'cut'])
    assert.throws(() => readText(at(name)), { message: 'not UTF-8 text' });
  assert.throws(() => readText(at('missing')), { code: 'ENOENT' });
});

describe('a target', () => {
  test('is replaced if it is as it was', () => {
    writeFileSync(at('same.ipynb'), 'old');
    const target = targetAt(at('same.ipynb'));
    writeFileSync(at('same.ipynb'), 'old'); // touched, not changed
    writeTarget(target, 'new');
    assert.equal(read('same.ipynb'), 'new');
    writeTarget(targetAt(at('fresh.ipynb')), 'new');
    assert.equal(read('fresh.ipynb'), 'new');
  });

  test('keeps a change, and so does what is beside it', () => {
    writeFileSync(at('edited.ipynb'), 'old');
    const target = targetAt(at('edited.ipynb'));
    writeFileSync(at('edited.ipynb'), 'edit');
    writeFileSync(at('edited.rerun.ipynb'), 'of an earlier run');
    const beside = path.relative('', at('edited.rerun-2.ipynb'));
    assert.throws(() => writeTarget(target, 'new'), {
      message: `the file was changed while it ran, and keeps the change; the result of the run is in ${beside}`,
    });
    assert.deepEqual(['edited.ipynb', 'edited.rerun.ipynb', 'edited.rerun-2.ipynb'].map(read), [
      'edit',
      'of an earlier run',
      'new',
    ]);
  });

  test('is not made again where it was removed, nor overwritten where it has appeared', () => {
    writeFileSync(at('removed.ipynb'), 'old');
    const [removed, appeared] = ['removed.ipynb', 'appeared.ipynb'].map((name) => targetAt(at(name)));
    rmSync(at('removed.ipynb'));
    writeFileSync(at('appeared.ipynb'), 'edit');
    assert.throws(
      () => writeTarget(removed!, 'new'),
      /^Error: the file was removed while it ran; the result /,
    );
    assert.throws(() => writeTarget(appeared!, 'new'), /^Error: the file was changed while it ran/);
    assert.deepEqual(['removed.rerun.ipynb', 'appeared.ipynb', 'appeared.rerun.ipynb'].map(read), [
      'new',
      'edit',
      'new',
    ]);
    assert.ok(!readdirSync(folder).includes('removed.ipynb'));
  });

  test('behind a link is written where the link points to, with its mode', () => {
    mkdirSync(at('elsewhere'));
    writeFileSync(at('elsewhere/real.ipynb'), 'old');
    chmodSync(at('elsewhere/real.ipynb'), 0o640);
    symlinkSync('elsewhere/real.ipynb', at('link.ipynb'));
    writeTarget(targetAt(at('link.ipynb')), 'new');
    assert.ok(lstatSync(at('link.ipynb')).isSymbolicLink());
    assert.equal(read('elsewhere/real.ipynb'), 'new');
    assert.equal(statSync(at('elsewhere/real.ipynb')).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(at('elsewhere')), ['real.ipynb']);
  });

  test('gets its folder, or an error, before anything else is done', () => {
    prepareTarget(targetAt(at('a/b/new.ipynb')));
    assert.deepEqual(readdirSync(at('a/b')), []);
    writeFileSync(at('file'), '');
    assert.throws(() => prepareTarget(targetAt(at('file/new.ipynb'))), { code: 'EEXIST' });
  });

  test('that may not be written is refused', { skip: process.getuid?.() === 0 }, () => {
    writeFileSync(at('protected.ipynb'), 'old');
    chmodSync(at('protected.ipynb'), 0o444);
    assert.throws(() => prepareTarget(targetAt(at('protected.ipynb'))), { code: 'EACCES' });
  });
});
