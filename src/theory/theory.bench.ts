import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { BenchRow } from '../bench/rows';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { logNormMoments } from './logNorm';
import { momentFactor } from './moments';
import { outputLaw } from './outputLaw';
import { momentPreservingStd } from './std';

interface Law {
  lower: number;
  upper: number;
  keep: number;
  width: number;
}
interface MomentsReference {
  moments: (Law & { order: number; factor: string; std?: string })[];
  logNorm: (Law & { mean: string; variance: string })[];
}
interface OutputLawReference {
  laws: {
    slope: number;
    keep: number;
    width: number;
    depth: number;
    input: 'norm' | 'gaussian';
    x: number[];
    cdf: string[];
  }[];
}

const activations: [string, Activation][] = [
  ['linear', linear],
  ['ReLU', relu],
  ['Leaky ReLU 0.01', leakyRelu(0.01)],
  ['RReLU 1/8 to 1/3', rrelu(1 / 8, 1 / 3)],
  ['RReLU −0.5 to 0.25', rrelu(-0.5, 0.25)],
  ['ReLU, dropout 0.2', dropout(relu, { rate: 0.2 })],
];

/** Microseconds per call: the fastest of five batches of at least 20 ms each. */
function microseconds(call: () => void): number {
  let best = Infinity;
  let calls = 1;
  for (let batch = 0; batch < 5; ) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    const elapsed = performance.now() - start;
    if (elapsed < 20) {
      calls *= 2;
      continue;
    }
    best = Math.min(best, (1000 * elapsed) / calls);
    batch++;
  }
  return best;
}

/** Time per call of every exact quantity, and its largest error against the 18- and 20-digit references. */
export async function bench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, activation] of activations)
    for (const width of [1, 64, 1e4, 1e6]) {
      const law = outputLaw({ activation, width, depth: 100, weightStd: 1 });
      const timed: [string, () => void][] = [
        ['momentFactor, order 1', () => momentFactor({ activation, width, order: 1 })],
        ['momentPreservingStd, s = 1', () => momentPreservingStd({ activation, s: 1, width })],
        ['logNormMoments', () => logNormMoments({ activation, width })],
        ['outputLaw, depth 1', () => outputLaw({ activation, width, depth: 1, weightStd: 1 })],
        ['outputLaw, depth 100', () => outputLaw({ activation, width, depth: 100, weightStd: 1 })],
        ['its cdf', () => law.cdf(law.mean)],
      ];
      for (const [what, call] of timed)
        rows.push({ name: `${what}, ${name}, width ${width}`, value: microseconds(call), unit: 'µs' });
    }
  return [...rows, ...momentErrors(), ...outputLawErrors()];
}

function readReference(file: string): unknown {
  return JSON.parse(readFileSync(path.join(__dirname, '../../data/reference', file), 'utf8'));
}

function momentErrors(): BenchRow[] {
  const { moments, logNorm } = readReference('moments.json') as MomentsReference;
  const worst = { factor: 0, std: 0, mean: 0, variance: 0 };
  const note = (key: keyof typeof worst, error: number) => {
    worst[key] = Math.max(worst[key], Math.abs(error));
  };
  for (const { lower, upper, keep, width, order, factor, std } of moments) {
    const activation = { lower, upper, keep, scale: 1 };
    note('factor', momentFactor({ activation, width, order }) / Number(factor) - 1);
    if (std !== undefined)
      note('std', momentPreservingStd({ activation, s: order, width }) / Number(std) - 1);
  }
  for (const { lower, upper, keep, width, mean, variance } of logNorm) {
    const actual = logNormMoments({ activation: { lower, upper, keep, scale: 1 }, width });
    note('mean', actual.mean - Number(mean));
    note('variance', actual.variance / Number(variance) - 1);
  }
  return [
    { name: `momentFactor: largest relative error of ${moments.length}`, value: worst.factor, unit: '' },
    { name: 'momentPreservingStd: largest relative error', value: worst.std, unit: '' },
    { name: `logNormMoments: largest error of the mean of ${logNorm.length}`, value: worst.mean, unit: '' },
    { name: 'logNormMoments: largest relative error of the variance', value: worst.variance, unit: '' },
  ];
}

function outputLawErrors(): BenchRow[] {
  const { laws } = readReference('output_law.json') as OutputLawReference;
  const worst = new Map<number, number>();
  for (const { slope, keep, width, depth, input, x, cdf } of laws) {
    const law = outputLaw({
      activation: { lower: slope, upper: slope, keep, scale: 1 },
      width,
      depth,
      weightStd: 1,
      input: input === 'norm' ? 1 : input,
    });
    const error = Math.max(...x.map((at, i) => Math.abs(law.cdf(at) - Number(cdf[i]))));
    worst.set(depth, Math.max(worst.get(depth) ?? 0, error));
  }
  return [...worst]
    .sort(([a], [b]) => a - b)
    .map(([depth, value]) => ({
      name: `outputLaw: largest error of the cdf at depth ${depth}`,
      value,
      unit: '',
    }));
}
