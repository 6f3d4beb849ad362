import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchOptions, BenchRow } from '../bench/rows';
import { relu } from '../core/activations';
import { randomStream } from '../core/random';
import type { DataSet } from '../datasets/dataSet';
import { instructionSet } from '../platform/processor';
import { kaimingStd, momentPreservingStd, randomWalkStd, xavierStd } from '../theory/std';
import type { Architecture } from './architecture';
import { trainEnsemble } from './trainEnsemble';

const schemes = {
  's = 1': (layer: Parameters<typeof kaimingStd>[0]) => momentPreservingStd({ ...layer, s: 1 }),
  Kaiming: kaimingStd,
  Xavier: xavierStd,
  'random walk': randomWalkStd,
};
const schemeCount = Object.keys(schemes).length;

const mnist: Architecture = { activation: relu, depth: 20, width: 64, activationOnLogits: true };
const cifar10: Architecture = {
  ...mnist,
  convolutions: [
    { channels: 6, size: 5 },
    { channels: 16, size: 5 },
  ],
};

/**
 * Random pixels and labels, on which the speed does not depend. One test image, so that only training is
 * timed.
 */
function randomData(side: number, channels: number, count: number): DataSet {
  const random = randomStream(1, 0);
  const part = (n: number) => ({
    images: Uint8Array.from({ length: n * side * side * channels }, () => random.uint32() >>> 24),
    labels: Uint8Array.from({ length: n }, () => random.uint32() % 10),
  });
  return {
    name: 'noise',
    height: side,
    width: side,
    channels,
    classes: 10,
    train: part(count),
    test: part(1),
  };
}

/**
 * Network-steps per second. Each program (runs that are trained together) is timed from the end of its first
 * epoch, when TensorFlow is loaded and every buffer allocated, to the end of its last one. One program trains
 * on each thread.
 */
async function speed(
  architecture: Architecture,
  data: DataSet,
  runs: number,
  batchSize: number,
  epochs: number,
): Promise<number> {
  const threads = availableParallelism();
  const firstEpoch = new Map<number, number>();
  const lastEpoch = new Map<number, number>();
  await trainEnsemble({
    data,
    architecture,
    schemes,
    runs,
    epochs,
    batchSize,
    optimizer: { learningRate: 0.01 },
    seed: 1,
    threads,
    onEpoch(curves) {
      const now = performance.now();
      for (const { run, testLoss } of curves) {
        if (testLoss.length === 2 && !firstEpoch.has(run)) firstEpoch.set(run, now);
        if (testLoss.length === epochs + 1 && !lastEpoch.has(run)) lastEpoch.set(run, now);
      }
    },
  });
  const steps = ((epochs - 1) * data.train.labels.length) / batchSize;
  let total = 0;
  for (const [run, first] of firstEpoch)
    total += (1000 * schemeCount * steps) / (lastEpoch.get(run)! - first);
  const programs = new Set(firstEpoch.values()).size;
  return total / Math.ceil(programs / threads);
}

/** Starts the PyTorch peer; `speed` trains the given number of steps and returns network-steps per second. */
async function startPeer(python: string, runs: number) {
  const script = path.resolve(__dirname, '..', '..', 'src', 'training', 'pytorch_peer.py');
  const sizes = [runs, schemeCount, mnist.depth, mnist.width, 128, availableParallelism()];
  const peer = spawn(python, [script, ...sizes.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended without an answer; is PyTorch installed?`);
    return value;
  };
  const ready = await answer();
  return {
    version: ready.replace('ready ', ''),
    async speed(steps: number): Promise<number> {
      peer.stdin.write(`${steps}\n`);
      return (steps * runs * schemeCount) / Number(await answer());
    },
    end: () => peer.stdin.end(),
  };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/**
 * Training speed for the authors' architectures; with `pytorch`, compared with a batched PyTorch ensemble.
 */
export async function bench({ pytorch }: BenchOptions): Promise<BenchRow[]> {
  const unit = 'network-steps/s';
  const digits = randomData(28, 1, 20 * 128);
  const ours: number[] = [];
  const theirs: number[] = [];
  const peer = pytorch === undefined ? undefined : await startPeer(pytorch, 20);
  for (let round = 0; round < 5; round++) {
    ours.push(await speed(mnist, digits, 20, 128, 8));
    if (peer) theirs.push(await peer.speed(60));
  }
  peer?.end();
  const rows: BenchRow[] = [
    {
      name: `MNIST net, batch 128, 20 runs × 4 schemes, median of 5, ${instructionSet()}`,
      value: median(ours),
      unit,
    },
  ];
  if (peer)
    rows.push(
      { name: `the same in PyTorch ${peer.version}, alternating`, value: median(theirs), unit },
      {
        name: 'ours over PyTorch, median of the pairs',
        value: median(ours.map((value, i) => value / theirs[i]!)),
        unit: '×',
      },
    );
  rows.push(
    { name: 'MNIST net, batch 128, 2 runs × 4 schemes', value: await speed(mnist, digits, 2, 128, 8), unit },
    {
      name: 'CIFAR-10 net, batch 512, 2 runs × 4 schemes',
      value: await speed(cifar10, randomData(32, 3, 2 * 512), 2, 512, 4),
      unit,
    },
    { name: 'resident memory of the process', value: process.memoryUsage().rss / 1e6, unit: 'MB' },
  );
  return rows;
}
