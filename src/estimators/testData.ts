import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { RandomStream } from '../core/random';

interface DensityReference {
  rule: 'scott' | 'silverman';
  bandwidth: number;
  x: number[];
  pdf: number[];
  cdf: number[];
}

/** Reference values computed with NumPy and SciPy (data/reference/estimators.py). */
export const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../data/reference/estimators.json'), 'utf8'),
) as {
  samples: Record<'normal' | 'shifted' | 'tied', number[]>;
  kolmogorovSmirnov: {
    limit: { x: number; survival: number }[];
    logistic: { statistic: number; pValue: number };
    twoSamples: Record<'normalShifted' | 'tiedNormal', { statistic: number; pValue: number }>;
    tail: { n: number; statistic: number; pValue: number }[];
    oneSided: Record<
      'logistic' | 'normalShifted' | 'tiedNormal',
      { alternative: 'less' | 'greater'; statistic: number; pValue: number }[]
    >;
    exactOneSample: { n: number; statistic: number; pValue: number }[];
    exactTwoSamples: { n: number; m: number; statistic: number; pValue: number }[];
  };
  moments: { order: number; value: number; standardError: number; effectiveSampleSize: number }[];
  logMoments: { order: number; logValue: number; relativeStandardError: number }[];
  hill: { k: number; value: number; standardError: number }[];
  block: Record<'normal' | 'shifted', { blockSize: number; value: number; standardError: number }>;
  density: DensityReference[];
  /** Of `shifted` with weights exp(`shifted`). */
  weightedDensity: DensityReference[];
  empirical: { x: number[]; cdf: number[] };
};

/** A sample of `size` draws. */
export function sampleOf(size: number, draw: () => number): Float64Array {
  return new Float64Array(size).map(draw);
}

/** Distributions with known moments and tails. */
export const laws = {
  normal: (random: RandomStream) => () => random.normal(),
  logNormal: (random: RandomStream, deviation: number) => () => Math.exp(deviation * random.normal()),
  /** P(X > x) = x^(−index), x ≥ 1. */
  pareto: (random: RandomStream, index: number) => () => (1 - random.uniform()) ** (-1 / index),
  /** Student's t, whose tail index is its degrees of freedom (Bailey 1994, a variant of Box–Muller). */
  studentT: (random: RandomStream, degrees: number) => () =>
    Math.sqrt(degrees * ((1 - random.uniform()) ** (-2 / degrees) - 1)) *
    Math.cos(2 * Math.PI * random.uniform()),
  /** Symmetric stable (Chambers, Mallows and Stuck 1976); index 2 is normal. */
  stable: (random: RandomStream, index: number) => () => {
    const angle = Math.PI * (random.uniform() - 0.5);
    const exponential = -Math.log(1 - random.uniform());
    return (
      (Math.sin(index * angle) / Math.cos(angle) ** (1 / index)) *
      (Math.cos((1 - index) * angle) / exponential) ** ((1 - index) / index)
    );
  },
};

/** Whether `actual` is within `relative` of `expected`. */
export function isClose(actual: number, expected: number, relative: number): boolean {
  return Math.abs(actual - expected) <= relative * Math.abs(expected);
}
