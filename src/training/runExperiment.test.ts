import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { kaimingStd } from '../theory/std';
import { addResults, mergeResults } from './mergeResults';
import { formatResults, readResults } from './results';
import { runExperiment } from './runExperiment';
import { digestsIn, invocation, resultsIn, smallExperiment } from './smallExperiment.testData';

const epochsIn = (folder: string) =>
  Math.max(...resultsIn(folder).curves.map((curve) => curve.testLoss.length - 1));

// what the test of a kill starts as a process of its own
if (process.argv[2] === 'run') void runExperiment(smallExperiment, invocation(process.argv[3]!));
else tests();

function tests(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-experiment-'));
  after(() => rmSync(folder, { recursive: true }));
  const unbroken = path.join(folder, 'unbroken');

  test('an experiment writes its results, and leaves no checkpoint or lock', async () => {
    assert.ok(await runExperiment(smallExperiment, invocation(unbroken)));
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
      runExperiment(smallExperiment, invocation(killed)),
      /run-0.ckpt is left of an interrupted training: give --resume to go on, or delete it$/,
    );
    assert.ok(await runExperiment(smallExperiment, invocation(killed, { resume: true })));
    assert.deepEqual(resultsIn(killed).curves, resultsIn(unbroken).curves);
    assert.deepEqual(digestsIn(killed), digestsIn(unbroken));
  });

  test('trainings of other runs in the same folders go on side by side; those of the same runs wait', async () => {
    const shared = path.join(folder, 'shared');
    const reports: string[] = [];
    const trained = [[3, 2], [0], [1, 2]];
    await Promise.all(
      trained.map((runs) =>
        runExperiment(smallExperiment, invocation(shared, { runs, report: (line) => reports.push(line) })),
      ),
    );
    assert.deepEqual(
      reports.filter((line) => line.includes('waiting')),
      ['small: waiting for another process that trains run 2'],
    );
    const { curves, shards } = resultsIn(shared);
    assert.deepEqual(curves, resultsIn(unbroken).curves);
    assert.deepEqual(
      shards.map(({ runs, complete }) => [runs, complete]),
      [
        [[0], true],
        [[1, 2], true],
        [[3, 2], true],
      ],
    );
    assert.deepEqual(readdirSync(path.join(shared, 'results')), ['small.json']);
  });

  test('results that are merged while it trains are kept', async () => {
    const whole = resultsIn(unbroken);
    const others = path.join(folder, 'others.json');
    writeFileSync(others, formatResults({ ...whole, curves: whole.curves.filter(({ run }) => run !== 0) }));
    // on a busy machine the training can be over before the merge
    const mergedAmid = async (joined: string) => {
      const file = path.join(joined, 'results', 'small.json');
      const training = runExperiment(smallExperiment, invocation(joined, { runs: [0] }));
      while (!existsSync(file)) await delay(5);
      await mergeResults([others], path.dirname(file));
      const isAmid = resultsIn(joined).shards.some(({ complete }) => !complete);
      assert.ok(await training);
      return isAmid;
    };
    let tries = 1;
    while (!(await mergedAmid(path.join(folder, `joined-${tries}`)))) assert.ok(++tries < 10);
    const joined = path.join(folder, `joined-${tries}`);
    assert.deepEqual(resultsIn(joined).curves, whole.curves);
  });

  test('results with other settings are refused', async () => {
    const { schemes } = smallExperiment.options;
    const changed = {
      ...smallExperiment,
      options: { ...smallExperiment.options, schemes: { ...schemes, Xavier: kaimingStd } },
    };
    await assert.rejects(
      runExperiment(changed, invocation(unbroken)),
      /small.json holds results with other settings; move it away first, or pass --out$/,
    );
  });

  test('results of another arithmetic, such as the earlier ones, are refused', async () => {
    const file = path.join(unbroken, 'results', 'small.json');
    const before = readFileSync(file, 'utf8');
    const { arithmetic, ...earlier } = readResults(file);
    assert.equal(arithmetic, 2);
    writeFileSync(file, formatResults(earlier));
    for (const resume of [false, true])
      await assert.rejects(
        runExperiment(smallExperiment, invocation(unbroken, { resume })),
        /small.json holds results with other arithmetic; move it away first, or pass --out$/,
      );
    await assert.rejects(
      addResults(file, { ...earlier, arithmetic }),
      /small.json holds results with other arithmetic/,
    );
    writeFileSync(file, before);
  });

  test('a complete shard that is started again with --resume returns at once', async () => {
    const file = path.join(unbroken, 'results', 'small.json');
    const before = readFileSync(file, 'utf8');
    assert.ok(await runExperiment(smallExperiment, invocation(unbroken, { resume: true })));
    assert.equal(readFileSync(file, 'utf8'), before);
  });

  test('results name the commit and the instruction set they were made with', () => {
    const [shard] = resultsIn(unbroken).shards;
    assert.match(shard!.versions.commit!, /^([0-9a-f]{40}\+?|unknown)$/);
    assert.match(shard!.hardware, /^\d+ × .+ \(.+\), /);
  });

  test('interrupted it has written what there is', async () => {
    const stopped = path.join(folder, 'stopped');
    const controller = new AbortController();
    const watch = setInterval(() => {
      if (existsSync(path.join(stopped, 'results', 'small.json'))) controller.abort();
    }, 5);
    const { signal } = controller;
    assert.ok(!(await runExperiment(smallExperiment, invocation(stopped, { signal, epochs: 5000 }))));
    clearInterval(watch);
    const { shards, curves } = resultsIn(stopped);
    assert.deepEqual(
      shards.map(({ complete }) => complete),
      [false],
    );
    assert.equal(curves.length, 8);
  });
}
