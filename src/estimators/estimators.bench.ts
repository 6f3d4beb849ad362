import type { BenchRow } from '../bench/rows';
import { randomStream } from '../core/random';
import { absoluteMoment, logAbsoluteMoment } from './absoluteMoment';
import { blockTailIndex } from './blockTailIndex';
import { empiricalCdf } from './empiricalCdf';
import { hillEstimates, hillTailIndex } from './hill';
import { kernelDensity } from './kernelDensity';
import { kolmogorovSmirnov } from './kolmogorovSmirnov';
import { sampleOf } from './testData';

/** Every estimator on 10⁶ log-normal numbers: the median of five runs after a warm-up run. */
export async function bench(): Promise<BenchRow[]> {
  const random = randomStream(1, 0);
  const logSample = sampleOf(10 ** 6, () => random.normal());
  const sample = logSample.map(Math.exp);
  const other = logSample.map((x) => x + 0.01).reverse();
  const density = kernelDensity(logSample);
  const works: Record<string, () => unknown> = {
    absoluteMoment: () => absoluteMoment(sample, 1.5),
    'absoluteMoment, tail doubted': () => absoluteMoment(sample, 3),
    logAbsoluteMoment: () => logAbsoluteMoment(logSample, 1.5),
    'logAbsoluteMoment, weighted': () => logAbsoluteMoment(logSample, 1.5, { logWeights: other }),
    'hillTailIndex, top 1 %': () => hillTailIndex(sample, 10 ** 4),
    'hillEstimates, 50 k': () => hillEstimates(sample),
    blockTailIndex: () => blockTailIndex(sample),
    'kernelDensity with grid': () => kernelDensity(logSample).grid(),
    'kernelDensity, grid alone': () => density.grid(),
    'kernelDensity, one pdf': () => density.pdf(0.5),
    'empiricalCdf with steps': () => empiricalCdf(logSample).steps(),
    'kolmogorovSmirnov, two samples': () => kolmogorovSmirnov(logSample, other),
  };
  return Object.entries(works).map(([name, work]) => ({ name, value: milliseconds(work), unit: 'ms' }));
}

function milliseconds(work: () => unknown): number {
  work();
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[2]!;
}
