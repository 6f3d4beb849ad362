import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { relu } from '../activations';
import { kaimingStd, xavierStd } from '../theory/std';
import type { NetworkCurve } from './curves';
import { firstImages } from './dataSet';
import { loadMnist } from './mnist';
import { trainEnsemble } from './trainEnsemble';

/** A training of about 3 seconds with a checkpoint an epoch; its process is killed in the middle. */
async function train(checkpointFolder: string, onEpoch: (curves: readonly NetworkCurve[]) => void) {
  const { curves } = await trainEnsemble({
    data: firstImages(loadMnist(), { train: 1280, test: 100 }),
    architecture: { activation: relu, depth: 6, width: 64, activationOnLogits: true, biases: 'pytorch' },
    schemes: { Kaiming: kaimingStd, Xavier: xavierStd },
    runs: 4,
    epochs: 8,
    optimizer: { learningRate: 0.05, momentum: 0.5 },
    seed: 3,
    threads: 2,
    checkpointFolder,
    onEpoch,
  });
  return curves;
}

if (process.argv[2] === 'train')
  void train(process.argv[3]!, (curves) => {
    process.stdout.write(`${Math.max(...curves.map((curve) => curve.testLoss.length - 1))}\n`);
  });
// The same arithmetic on the same numbers in the same groups: equal, not close.
else
  test('training killed without warning goes on from its checkpoints to the curves of an unbroken one', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-resume-'));
    try {
      const unbroken = await train(path.join(folder, 'unbroken'), () => {});
      const killed = path.join(folder, 'killed');
      const child = spawn(process.execPath, [__filename, 'train', killed], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise<NodeJS.Signals | null>((resolve) => {
        child.once('exit', (_, signal) => resolve(signal));
      });
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (Number(text.trim().split('\n').at(-1)) >= 3) child.kill('SIGKILL');
      });
      assert.equal(await ended, 'SIGKILL');
      let first: number | undefined;
      const resumed = await train(killed, (curves) => {
        first ??= Math.max(...curves.map((curve) => curve.testLoss.length - 1));
      });
      assert.ok(first !== undefined && first >= 3, `it went on with epoch ${first}`);
      assert.deepEqual(resumed, unbroken);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
