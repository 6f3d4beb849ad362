// The files in src/workflow call `experiments` as it is. That they train on a cluster is tested by .ci/slurm.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { parseCommandLine } from '../commands/command';
import { experimentsCommand } from '../commands/experiments';

const workflow = path.resolve(__dirname, '..', '..', 'src', 'workflow');
const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-workflow-'));
after(() => rmSync(folder, { recursive: true }));

/** Calls the batch script as a task of an array, with programs in place of `node` and `scontrol` that tell of their call. */
function task(
  environment: Record<string, string>,
  trainingFails = false,
): { status: number | null; calls: string[] } {
  const log = path.join(folder, 'calls');
  writeFileSync(log, '');
  for (const name of ['node', 'scontrol'])
    writeFileSync(
      path.join(folder, name),
      `#!/bin/sh\necho ${name} "$@" >> ${log}\n${trainingFails && name === 'node' ? 'exit 137' : ''}\n`,
      { mode: 0o755 },
    );
  const { status } = spawnSync('bash', [path.join(workflow, 'array.sbatch'), 'mnist-relu', '--epochs', '2'], {
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      SLURM_CPUS_PER_TASK: '1',
      SLURM_ARRAY_JOB_ID: '7',
      ...environment,
    },
    stdio: 'ignore',
  });
  return { status, calls: readFileSync(log, 'utf8').trim().split('\n') };
}

/** The command line of a call of `experiments`. */
function experiments(call: string) {
  const [node, program, ...args] = call.split(' ');
  assert.deepEqual([node, program], ['node', 'dist/commands/experiments.js']);
  return parseCommandLine(experimentsCommand, args);
}

test('a task of the array trains its own runs and merges them', () => {
  const { status, calls } = task({ SLURM_ARRAY_TASK_ID: '2', FOLDER: folder });
  assert.equal(status, 0);
  const { values, positionals } = experiments(calls[0]!);
  assert.deepEqual(positionals, ['mnist-relu']);
  const { runs, threads, epochs, resume, out } = values;
  assert.deepEqual([runs, threads, epochs, resume], [[10, 11, 12, 13, 14], 1, 2, true]);
  assert.equal(out, path.join(folder, 'mnist-relu', '10-14'));
  assert.equal(calls[1], `node dist/commands/experiments.js --merge ${out}/mnist-relu.json --out results`);
  assert.equal(calls.length, 2);
});

test('a task whose training is killed is queued again, at most three times', () => {
  const killed = (restarts: string) =>
    task({ SLURM_ARRAY_TASK_ID: '0', SLURM_RESTART_COUNT: restarts }, true);
  assert.equal(killed('2').calls.at(-1), 'scontrol requeue 7_0');
  const { status, calls } = killed('3');
  assert.equal(status, 1);
  assert.equal(calls.length, 1);
});

test('the Snakefile gives no flag that `experiments` does not have', () => {
  const rules = readFileSync(path.join(workflow, 'Snakefile'), 'utf8').split('localrules:')[1]!;
  const given = [...rules.matchAll(/--([a-z]+)/g)].map(([, flag]) => flag!);
  assert.deepEqual([...new Set(given)].sort(), ['epochs', 'merge', 'out', 'resume', 'runs', 'threads']);
  for (const flag of given) assert.ok(Object.hasOwn(experimentsCommand.flags, flag), flag);
});
