import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { BenchOptions, BenchRow } from '../bench/rows';
import { relu, rrelu } from '../core/activations';
import { replayAuthorsNetworks } from '../paper/replay';
import { momentPreservingStd } from '../theory/std';
import { rescaleOutputs } from './outputs';
import { simulateLogNorms, simulateOutputs } from './simulate';

/** The workloads of the authors' figures. Replay and PyTorch run a tenth of the 500 networks of Figure 1a. */
const figures = [
  { name: 'Figure 1a', depth: 500, networks: 500, replayed: 50, orders: [2, 1.5, 1] },
  { name: 'Figure 2', depth: 100, networks: 100, replayed: 100, orders: [2, 1] },
];

const rounds = 5;

/**
 * Times the workloads of Figures 1a and 2, for all values of s together: exact simulation, replay of the
 * authors' seeds and, with `pytorch`, the authors' loops in PyTorch, run in alternation. Also measures the
 * throughput of large simulations.
 */
export async function bench({ pytorch }: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const figure of figures) rows.push(...(await benchFigure(figure, pytorch)));
  rows.push(...(await benchThroughput()));
  return rows;
}

async function benchFigure(
  { name, depth, networks, replayed, orders }: (typeof figures)[number],
  pytorch: string | undefined,
): Promise<BenchRow[]> {
  const stds = orders.map((s) => momentPreservingStd({ activation: relu, s, width: 64, method: 'authors' }));
  const drawn: number[] = [];
  const replays: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    drawn.push(
      await seconds(async () => {
        const options = { activation: relu, width: 64, depths: [depth], weightStd: 1, networks, seed: round };
        const ones = await simulateOutputs(options);
        return stds.map((std) => rescaleOutputs(ones, std));
      }),
    );
    replays.push(
      await seconds(async () => {
        const [ones] = await replayAuthorsNetworks({ activations: [relu], depth, networks: replayed });
        return stds.map((std) => rescaleOutputs(ones!, std));
      }),
    );
    if (pytorch !== undefined) peers.push(await peerSeconds(pytorch, depth, replayed, stds));
  }
  const share = networks / replayed;
  const part = share === 1 ? '' : `, from ${replayed} of ${networks} networks`;
  const rows = [
    { name: `${name}, ${orders.length} s, exact in law`, value: 1000 * median(drawn), unit: 'ms' },
    { name: `${name}, ${orders.length} s, replayed${part}`, value: share * median(replays), unit: 's' },
    { name: `${name}, exact in law`, value: (networks * depth) / median(drawn), unit: 'networks × layers/s' },
    { name: `${name}, replayed`, value: (replayed * depth) / median(replays), unit: 'networks × layers/s' },
  ];
  if (pytorch !== undefined) {
    const times = (ours: readonly number[], ourShare: number) =>
      median(peers.map((theirs, round) => (theirs * share) / (ours[round]! * ourShare)));
    rows.push(
      { name: `${name}, authors' loop in PyTorch${part}`, value: share * median(peers), unit: 's' },
      { name: `${name}, PyTorch / exact in law`, value: times(drawn, 1), unit: '×' },
      { name: `${name}, PyTorch / replayed`, value: times(replays, share), unit: '×' },
    );
  }
  return rows;
}

async function benchThroughput(): Promise<BenchRow[]> {
  const common = { width: 64, depths: [100], weightStd: 0.18, seed: 1 };
  const many = await seconds(() => simulateLogNorms({ ...common, activation: relu, networks: 1e5 }));
  const slopes = await seconds(() =>
    simulateLogNorms({ ...common, activation: rrelu(1 / 8, 1 / 3), networks: 1e4 }),
  );
  return [
    { name: '10⁵ ReLU networks × 100 layers', value: many, unit: 's' },
    { name: '10⁶ ReLU networks × 100 layers, extrapolated', value: 10 * many, unit: 's' },
    { name: '10⁴ Randomized Leaky ReLU networks × 100 layers', value: slopes, unit: 's' },
  ];
}

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** The time in seconds reported by pytorch_peer.py. */
async function peerSeconds(
  pytorch: string,
  depth: number,
  networks: number,
  stds: readonly number[],
): Promise<number> {
  const script = path.join(__dirname, '../../src/simulation/pytorch_peer.py');
  const { stdout } = await promisify(execFile)(pytorch, [script, ...[depth, networks, ...stds].map(String)]);
  return Number(stdout.split(' ')[0]);
}
