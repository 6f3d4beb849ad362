import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runAndKill } from './killed.testData';
import { withLock } from './lock';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-lock-'));
after(() => rmSync(folder, { recursive: true }));

/** A process that appends "in" and "out" to a file around 100 ms under the lock. */
function contender(lock: string, record: string): Promise<number | null> {
  const program = `const fs = require('fs');
    require('./lock').withLock(${JSON.stringify(lock)}, () => {}, async () => {
      fs.appendFileSync(${JSON.stringify(record)}, 'in ');
      await new Promise((done) => setTimeout(done, 100));
      fs.appendFileSync(${JSON.stringify(record)}, 'out ');
    });`;
  const child = spawn(process.execPath, ['-e', program], { cwd: __dirname, stdio: 'inherit' });
  return new Promise((done) => child.once('exit', done));
}

test('one process at a time is inside', async () => {
  const [lock, record] = [path.join(folder, 'new', 'lock'), path.join(folder, 'record')];
  const codes = await Promise.all(Array.from({ length: 5 }, () => contender(lock, record)));
  assert.deepEqual(codes, [0, 0, 0, 0, 0]);
  assert.equal(readFileSync(record, 'utf8'), 'in out '.repeat(5));
  assert.ok(!existsSync(lock));
});

test('a folder that cannot be made is an error', { skip: process.platform !== 'linux' }, () => {
  const lock = "require('./lock').withLock('/proc/nope/lock', () => {}, async () => {})";
  const { status, stderr } = spawnSync(process.execPath, ['-e', lock], {
    cwd: __dirname,
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal(status, 1);
  assert.match(stderr, /ENOENT.*mkdir '\/proc\/nope'/);
});

test('a lock whose holder died is taken over, by one of several', async () => {
  const [lock, record] = [path.join(folder, 'stale'), path.join(folder, 'stale-record')];
  writeFileSync(lock, 'its holder died');
  const minuteAgo = Date.now() / 1000 - 60;
  utimesSync(lock, minuteAgo, minuteAgo);
  await Promise.all(Array.from({ length: 4 }, () => contender(lock, record)));
  assert.equal(readFileSync(record, 'utf8'), 'in out '.repeat(4));
  assert.ok(!existsSync(lock));
});

test('the lock of a process of this machine that has ended is taken over at once', async () => {
  const lock = path.join(folder, 'dead');
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(lock, `${hostname()} ${pid} id`);
  await withLock(lock, assert.fail, async () => {});
  assert.ok(!existsSync(lock));
});

test('a lock whose holder was killed is taken over at once, and nothing is left', async () => {
  const lock = path.join(folder, 'killed', 'lock');
  const hold = `require('./lock').withLock(${JSON.stringify(lock)}, () => {}, async () => {
    process.stdout.write('inside');
    await new Promise((done) => setTimeout(done, 1e6));
  })`;
  await runAndKill(hold, __dirname);
  assert.ok(existsSync(lock));
  await withLock(lock, assert.fail, async () => {});
  assert.deepEqual(readdirSync(path.dirname(lock)), []);
});

test('a living holder is waited for, and said to be', async () => {
  const lock = path.join(folder, 'held');
  writeFileSync(lock, 'somebody else');
  const events: string[] = [];
  const done = withLock(
    lock,
    () => events.push('waiting'),
    async () => {
      events.push('inside');
      return 42;
    },
  );
  await delay(500);
  assert.deepEqual(events, ['waiting']);
  rmSync(lock);
  assert.equal(await done, 42);
  assert.deepEqual(events, ['waiting', 'inside']);
});

test('an error inside passes on, and frees the lock', async () => {
  const lock = path.join(folder, 'failing');
  const fail = () => Promise.reject(new Error('no luck'));
  await assert.rejects(
    withLock(lock, () => {}, fail),
    /^Error: no luck$/,
  );
  assert.ok(!existsSync(lock));
});

test('a folder that cannot be made is an error', async () => {
  writeFileSync(path.join(folder, 'file'), '');
  const inside = () => Promise.reject(new Error('must not run'));
  await assert.rejects(
    withLock(path.join(folder, 'file', 'lock'), () => {}, inside),
    /ENOTDIR|EEXIST/,
  );
});
