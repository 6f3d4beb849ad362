import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { relu } from '../core/activations';
import { firstImages } from '../datasets/dataSet';
import { loadMnist } from '../datasets/mnist';
import { kaimingStd, xavierStd } from '../theory/std';
import { parseResults, type TrainingResults } from '../training/results';
import { type Experiment, type Invocation, mergeResults, parseRuns, runExperiment } from './experiments';

/** A second or two for a run. */
const experiment: Experiment = {
  about: 'a small network on a slice of MNIST',
  data: () => firstImages(loadMnist(), { train: 1280, test: 100 }),
  runs: 4,
  options: {
    architecture: { activation: relu, depth: 6, width: 64, activationOnLogits: true, biases: 'pytorch' },
    schemes: { Kaiming: kaimingStd, Xavier: xavierStd },
    epochs: 8,
    optimizer: { learningRate: 0.05, momentum: 0.5 },
    threads: 2,
  },
};

function invocation(folder: string, more: Partial<Invocation> = {}): Invocation {
  return {
    name: 'small',
    resume: false,
    signal: new AbortController().signal,
    results: path.join(folder, 'results'),
    checkpoints: path.join(folder, 'checkpoints'),
    report: () => {},
    ...more,
  };
}

function resultsIn(folder: string): TrainingResults {
  return parseResults(readFileSync(path.join(folder, 'results', 'small.json'), 'utf8'));
}

const epochsIn = (folder: string) =>
  Math.max(...resultsIn(folder).curves.map((curve) => curve.testLoss.length - 1));

// what the test of a kill starts as a process of its own
if (process.argv[2] === 'run') void runExperiment(experiment, invocation(process.argv[3]!));
else tests();

function tests(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-experiments-'));
  after(() => rmSync(folder, { recursive: true }));
  const unbroken = path.join(folder, 'unbroken');

  test('an experiment writes its results, and leaves no checkpoint or lock', async () => {
    assert.ok(await runExperiment(experiment, invocation(unbroken)));
    const { curves, shards, settings, data } = resultsIn(unbroken);
    assert.deepEqual(
      curves.map(({ scheme, run, testLoss }) => [scheme, run, testLoss.length]),
      ['Kaiming', 'Xavier'].flatMap((scheme) => [0, 1, 2, 3].map((run) => [scheme, run, 9])),
    );
    assert.deepEqual(
      shards.map(({ runs, epochs, complete }) => ({ runs, epochs, complete })),
      [{ runs: [0, 1, 2, 3], epochs: 8, complete: true }],
    );
    assert.match(data, /^MNIST, first 1280 training and 100 test images$/);
    // ReLU at fan-in 64: √(2/64)
    assert.equal((settings.weightStds as Record<string, number[]>).Kaiming![1], 0.176777);
    assert.deepEqual(readdirSync(path.join(unbroken, 'checkpoints')), ['small']);
    assert.deepEqual(readdirSync(path.join(unbroken, 'checkpoints', 'small')), []);
  });

  // The same arithmetic on the same numbers in the same groups: equal, not close.
  test('killed without warning it goes on, when told to, to the curves of an unbroken one', async () => {
    const killed = path.join(folder, 'killed');
    const child = spawn(process.execPath, [__filename, 'run', killed], { stdio: 'inherit' });
    const watch = setInterval(() => {
      if (existsSync(path.join(killed, 'results', 'small.json')) && epochsIn(killed) >= 3)
        child.kill('SIGKILL');
    }, 20);
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
    clearInterval(watch);
    assert.equal(signal, 'SIGKILL');
    const before = epochsIn(killed);
    assert.ok(before >= 3 && before < 8, `killed after epoch ${before}`);
    await assert.rejects(
      runExperiment(experiment, invocation(killed)),
      /run-0.ckpt is left of an interrupted training: give --resume to go on, or delete it$/,
    );
    assert.ok(await runExperiment(experiment, invocation(killed, { resume: true })));
    assert.deepEqual(resultsIn(killed).curves, resultsIn(unbroken).curves);
  });

  test('runs are added to those there, also by processes at the same time; other settings are refused', async () => {
    const shared = path.join(folder, 'shared');
    const waits: string[] = [];
    await Promise.all(
      ['0-1', '2-3'].map((runs) =>
        runExperiment(
          experiment,
          invocation(shared, { runs: parseRuns(runs), epochs: 1, report: (line) => waits.push(line) }),
        ),
      ),
    );
    assert.deepEqual(waits, ['small: waiting for another process that runs it']);
    const { curves, shards } = resultsIn(shared);
    assert.deepEqual(
      curves.map(({ run, testLoss }) => [run, testLoss.length]),
      [0, 1, 2, 3, 0, 1, 2, 3].map((run) => [run, 2]),
    );
    assert.deepEqual(shards.map(({ runs }) => runs).sort(), [
      [0, 1],
      [2, 3],
    ]);
    const { schemes } = experiment.options;
    const changed = {
      ...experiment,
      options: { ...experiment.options, schemes: { ...schemes, Xavier: kaimingStd } },
    };
    await assert.rejects(
      runExperiment(changed, invocation(shared)),
      /small.json holds results with other settings; move it away first$/,
    );
  });

  // Results do not depend on how runs are divided: equal, not close.
  test('shards trained in folders of their own and merged give the curves of the whole', async () => {
    const shards = await Promise.all(
      ['0-1', '2', '3'].map(async (runs) => {
        const shard = path.join(folder, `shard-${runs}`);
        const report = (line: string) => assert.fail(`shards wait for nobody: ${line}`);
        assert.ok(
          await runExperiment(experiment, invocation(shard, { runs: parseRuns(runs), threads: 1, report })),
        );
        return path.join(shard, 'results', 'small.json');
      }),
    );
    const merged = async (name: string, files: readonly string[]) => {
      const results = path.join(folder, name, 'results');
      mkdirSync(results, { recursive: true });
      await mergeResults(files, results);
      assert.deepEqual(readdirSync(results), ['small.json']);
      return readFileSync(path.join(results, 'small.json'), 'utf8');
    };
    const text = await merged('merged', shards);
    assert.deepEqual(parseResults(text).curves, resultsIn(unbroken).curves);
    assert.equal(
      await merged('merged-otherwise', [...shards].reverse().concat(shards)),
      text,
      'in another order, and twice',
    );
    const other = path.join(folder, 'other-seed.json');
    writeFileSync(other, readFileSync(shards[0]!, 'utf8').replace(/"seed": \d+/, '"seed": 1'));
    await assert.rejects(
      mergeResults([other], path.join(folder, 'merged', 'results')),
      /small.json holds results with other seed; move it away first$/,
    );
    assert.equal(readFileSync(path.join(folder, 'merged', 'results', 'small.json'), 'utf8'), text);
  });

  test('a complete shard that is started again with --resume returns at once', async () => {
    const file = path.join(unbroken, 'results', 'small.json');
    const before = readFileSync(file, 'utf8');
    assert.ok(await runExperiment(experiment, invocation(unbroken, { resume: true })));
    assert.equal(readFileSync(file, 'utf8'), before);
  });

  test('results name the commit and the instruction set they were made with', () => {
    const [shard] = resultsIn(unbroken).shards;
    assert.match(shard!.versions.commit!, /^([0-9a-f]{40}\+?|unknown)$/);
    assert.match(shard!.hardware, /^\d+ × .+ \(.+\), /);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    test(`the command ends at ${signal} with what it has, and goes on later`, async () => {
      const out = path.join(folder, signal);
      const args = ['mnist-relu', '--runs', '0', '--threads', '1', '--out', out];
      const child = spawn(process.execPath, [path.join(__dirname, 'experiments.js'), ...args]);
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

  test('interrupted it has written what there is', async () => {
    const stopped = path.join(folder, 'stopped');
    const controller = new AbortController();
    const watch = setInterval(() => {
      if (existsSync(path.join(stopped, 'results', 'small.json'))) controller.abort();
    }, 5);
    const { signal } = controller;
    assert.ok(!(await runExperiment(experiment, invocation(stopped, { signal, epochs: 5000 }))));
    clearInterval(watch);
    const { shards, curves } = resultsIn(stopped);
    assert.deepEqual(
      shards.map(({ complete }) => complete),
      [false],
    );
    assert.equal(curves.length, 8);
  });

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
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [path.join(__dirname, 'experiments.js'), ...args], { encoding: 'utf8' });
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
    for (const name of ['mnist', 'toString']) {
      const unknown = run(name);
      assert.equal(unknown.status, 2);
      assert.match(unknown.stderr, new RegExp(`^No experiment is called ${name}\\.\nUsage: `));
    }
    const runs = run('mnist-relu', '--runs', '4-2');
    assert.equal(runs.status, 1);
    assert.match(runs.stderr, /^RangeError: --runs must be a list/);
    const epochs = run('mnist-relu', '--epochs', 'many');
    assert.equal(epochs.status, 1);
    assert.match(epochs.stderr, /^RangeError: epochs must be an integer in \[1, 65536\); got NaN/);
  });
}
