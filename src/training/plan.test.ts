import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { loadMnist, mnistSize } from '../datasets/mnist';
import { experiments } from '../paper/experiments';
import { planned } from './plan';
import { readResults, resultsFolder } from './results';
import { runExperiment } from './runExperiment';
import { invocation, smallExperiment } from './smallExperiment.testData';
import { trainEnsemble } from './trainEnsemble';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-plan-'));
after(() => rmSync(folder, { recursive: true }));

const sizesIn = (where: string) =>
  readdirSync(where).reduce((sum, file) => sum + statSync(path.join(where, file)).size, 0);
const near = (actual: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(actual / expected - 1) < tolerance, `${what}: planned ${actual}, found ${expected}`);

test('the sizes of MNIST are those of the files', () => {
  const { train, test: tested, name: _, ...image } = loadMnist();
  assert.deepEqual(mnistSize, { ...image, train: train.labels.length, test: tested.labels.length });
});

// Oracle: a training of the same experiment. Steps are counted; text has more or fewer digits.
test('the planned steps and bytes are those of a run', async () => {
  const epochs = 3;
  const plan = planned(smallExperiment, { runs: 4, epochs, processors: 2 });
  let steps = 0;
  const checkpointFolder = path.join(folder, 'checkpoints');
  await trainEnsemble({
    ...smallExperiment.options,
    data: smallExperiment.data(),
    runs: 4,
    epochs,
    seed: 1,
    checkpointFolder,
    onProgress(done) {
      steps = done;
    },
  });
  assert.equal(plan.networkSteps, steps);
  near(plan.checkpoints, sizesIn(checkpointFolder), 0.05, 'checkpoints');
  assert.ok(await runExperiment(smallExperiment, invocation(folder, { epochs })));
  near(plan.results, statSync(path.join(folder, 'results', 'small.json')).size, 0.25, 'results');
});

// Oracle: the peak memory of a process that trains, which depends on the system's allocator too.
for (const [runs, threads] of [
  [1, 1],
  [10, 2],
] as const)
  test(`the planned memory is that of a process: ${runs} runs on ${threads} threads`, () => {
    const program = `
      const { experiments } = require('../paper/experiments');
      const { firstImages } = require('../datasets/dataSet');
      const { trainEnsemble } = require('./trainEnsemble');
      const { options, data } = experiments['mnist-relu'];
      const first = firstImages(data(), { train: 1280, test: 500 });
      trainEnsemble({ ...options, data: first, runs: ${runs}, threads: ${threads}, epochs: 1, seed: 1 }).then(() =>
        process.stdout.write(String(process.resourceUsage().maxRSS * 1024)));`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], { cwd: __dirname, encoding: 'utf8' });
    const { memory } = planned(experiments['mnist-relu']!, { runs, epochs: 1, processors: threads });
    near(memory, Number(stdout), 0.3, 'memory');
  });

// Oracle: the seconds that the shards in data/results/shards took, on a processor shared with other work.
test('the planned hours of CIFAR-10 are those of its shards, within a factor of 2', () => {
  const { hours } = planned(experiments['cifar10-relu']!, { runs: 1, epochs: 50, processors: 1 });
  const shards = path.join(resultsFolder, 'shards', 'cifar10-relu');
  const taken = readdirSync(shards).map((file) =>
    readResults(path.join(shards, file)).shards.reduce((sum, { seconds }) => sum + seconds / 3600, 0),
  );
  assert.equal(taken.length, 10);
  const median = taken.sort((a, b) => a - b)[5]!;
  assert.ok(hours > median / 2 && hours < median * 2, `planned ${hours} hours, taken ${median}`);
});

test('processors share the runs; more of them than runs do not help', () => {
  const hours = (processors: number) =>
    planned(experiments['mnist-relu']!, { runs: 20, epochs: 30, processors }).hours;
  // 20 runs × 4 schemes × 30 epochs × ⌈60,000/128⌉ steps
  const steps = 20 * 4 * 30 * 469;
  assert.equal(hours(1), steps / experiments['mnist-relu']!.speed / 3600);
  for (const [processors, runsEach] of [
    [2, 10],
    [8, 3],
    [20, 1],
    [1000, 1],
  ] as const)
    assert.ok(Math.abs(hours(processors) / ((hours(1) * runsEach) / 20) - 1) < 1e-12);
});
