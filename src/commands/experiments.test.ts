import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-experiments-'));
after(() => rmSync(folder, { recursive: true }));

const command = path.join(__dirname, 'experiments.js');
function experiments(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [command, ...args], { encoding: 'utf8', cwd: folder });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`the command ends at ${signal} with what it has, and goes on later`, async () => {
    const out = path.join(folder, signal);
    const args = ['mnist-relu', '--runs', '0', '--threads', '1', '--out', out];
    const child = spawn(process.execPath, [command, ...args]);
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      told += text;
    });
    const watch = setInterval(() => {
      if (!existsSync(path.join(out, 'mnist-relu.json'))) return;
      clearInterval(watch);
      child.kill(signal);
    }, 20);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(code, signal === 'SIGINT' ? 130 : 143);
    assert.match(told, /mnist-relu was interrupted; --resume goes on from its last full epoch\n$/);
    assert.deepEqual(readdirSync(path.join(out, 'checkpoints', 'mnist-relu')), ['run-0.ckpt']);
  });

test('its usage lists the experiments', () => {
  const { stdout } = experiments('--help');
  for (const name of [
    'mnist-relu',
    'mnist-linear',
    'mnist-leaky',
    'sweep-relu-10',
    'sweep-linear-40',
    'cifar10-relu',
  ])
    assert.match(stdout, new RegExp(`^  ${name} .* [a-z]`, 'm'));
});

test('--plan prints what a training costs, and does not train', () => {
  const { status, stdout, stderr } = experiments('--plan', 'mnist-relu', '--runs', '0-9', '--threads', '2');
  assert.deepEqual([status, stderr], [0, '']);
  // 10 runs × 4 schemes × 30 epochs × ⌈60,000/128⌉ steps
  assert.match(stdout, /^mnist-relu: 10 runs × 4 schemes × 30 epochs\n {2}work +562,800 network-steps\n/);
  assert.match(stdout, /\n {2}time +[\d.]+ hours on 2 processors; [\d.]+ hours with one for each run\n/);
  assert.match(
    stdout,
    /\n {2}memory .* [MG]B in one process.*\n {2}disk .* MB of results; .* MB of checkpoints/,
  );
  assert.match(stdout, /At \d+ network-steps\/s per processor, as measured on .*EPYC/);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('mnist')),
    [],
  );
});

test('a file that holds no results is not merged: exit code 1, its name, no stack', () => {
  writeFileSync(path.join(folder, 'damaged.json'), '{"curves": [');
  const { status, stdout, stderr } = experiments('--merge', 'damaged.json', '--out', 'merged');
  assert.deepEqual([status, stdout], [1, '']);
  assert.equal(
    stderr,
    'fracmoment: damaged.json does not contain results of a training, or is damaged (its end is missing). ' +
      'Restore it from a copy, such as with git restore, or move it away and train its runs again\n',
  );
  assert.ok(!existsSync(path.join(folder, 'merged')));
});
