import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';
import { parseRuns } from './experiments';

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(__dirname, 'experiments.js'), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

test('a list of runs', () => {
  assert.deepEqual(parseRuns('0-4,7'), [0, 1, 2, 3, 4, 7]);
  assert.deepEqual(parseRuns('3'), [3]);
  for (const bad of ['', '1-', '4-2', '0-x', '-1', '1.5'])
    assert.throws(
      () => parseRuns(bad),
      new RangeError(`--runs must be a list such as 0-19 or 0-4,7; got ${bad}`),
    );
});

test('the command lists its experiments and refuses what it does not know', () => {
  const help = run('--help');
  assert.equal(help.status, 0);
  for (const name of [
    'mnist-relu',
    'mnist-linear',
    'mnist-leaky',
    'sweep-relu-10',
    'sweep-linear-40',
    'cifar10-relu',
  ])
    assert.match(help.stdout, new RegExp(`^  ${name}$`, 'm'));
  assert.equal(run().status, 2);
  const unknown = run('mnist');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /^No experiment is called mnist\.\nUsage: /);
  const runs = run('mnist-relu', '--runs', '4-2');
  assert.equal(runs.status, 1);
  assert.match(runs.stderr, /^RangeError: --runs must be a list/);
  const epochs = run('mnist-relu', '--epochs', 'many');
  assert.equal(epochs.status, 1);
  assert.match(epochs.stderr, /^RangeError: epochs must be an integer in \[1, 65536\); got NaN/);
});
