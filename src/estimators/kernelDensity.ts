import { requireInteger, requireNumber, requireOneOf } from '../core/validation';
import { countUpTo, requireOrderedNumber, requireSample, type Sample } from './sample';

/** A density estimated from a sample. */
export interface KernelDensity {
  /** Standard deviation h of the Gaussian kernel, in the unit of the sample. */
  readonly bandwidth: number;
  /** Estimated density at x; 0 at infinity. */
  pdf(x: number): number;
  /**
   * Estimated distribution function at x: the mean of Φ((x − xᵢ)/h), with the standard normal distribution
   * function Φ.
   */
  cdf(x: number): number;
  /**
   * The density on an even grid, for plotting. By default, 200 points from 3 bandwidths below the smallest
   * sample to 3 bandwidths above the largest, as in seaborn.
   */
  grid(options?: { from?: number; to?: number; points?: number }): { x: number[]; density: number[] };
}

/** Kernels are truncated at this many bandwidths, where they are below 1e-19 of their peak. */
const REACH = 9.4;

/**
 * Estimates a probability density with Gaussian kernels, for smooth plots of a simulated distribution.
 *
 * f̂(x) = (1/(nh)) Σ φ((x − xᵢ)/h), with the standard normal density φ. Equation (77) of docs/theory.md.
 * There is no boundary correction.
 * @param sample finite numbers, at least 2 unless `bandwidth` is a number. Remove the log-norms of dead
 *   networks (−Infinity) and multiply the density by the fraction of surviving networks.
 * @param options `bandwidth`: `'scott'` (default, as in SciPy's `gaussian_kde` and seaborn) for h = S
 *   n^(−1/5) with the standard deviation S of the sample (divisor n − 1); `'silverman'` for h = S
 *   (3n/4)^(−1/5); or h itself, a number > 0 in the unit of the sample. (In SciPy a number is a multiple of
 *   S.)
 * @throws TypeError or RangeError naming the invalid argument, or if all samples are equal and `bandwidth` is
 *   not a number.
 * @example
 * const { pdf, cdf } = kernelDensity([1, 2, 4]);
 * pdf(2) // 0.2149
 * cdf(0) // 0.08646
 */
export function kernelDensity(
  sample: Sample,
  { bandwidth = 'scott' }: { bandwidth?: 'scott' | 'silverman' | number } = {},
): KernelDensity {
  const chosen = typeof bandwidth !== 'number';
  const sorted = new Float64Array(requireSample('sample', sample, { size: chosen ? 2 : 1 })).sort();
  const h = chosen ? ruleOfThumb(sorted, bandwidth) : requireNumber('bandwidth', bandwidth, { above: 0 });
  const peak = 1 / (Math.sqrt(2 * Math.PI) * h * sorted.length);
  return {
    bandwidth: h,
    pdf(x) {
      requireOrderedNumber('x', x);
      const end = countUpTo(sorted, x + REACH * h);
      let sum = 0;
      for (let i = countUpTo(sorted, x - REACH * h); i < end; i++)
        sum += Math.exp(-0.5 * ((x - sorted[i]!) / h) ** 2);
      return peak * sum;
    },
    cdf(x) {
      requireOrderedNumber('x', x);
      if (!Number.isFinite(x)) return x > 0 ? 1 : 0;
      const below = countUpTo(sorted, x - REACH * h);
      const end = countUpTo(sorted, x + REACH * h);
      let mass = below;
      for (let i = below; i < end; i++) mass += normalCdf((x - sorted[i]!) / h);
      return mass / sorted.length;
    },
    grid({ from = sorted[0]! - 3 * h, to = sorted.at(-1)! + 3 * h, points = 200 } = {}) {
      requireNumber('from', from);
      requireNumber('to', to, { above: from });
      requireInteger('points', points, { atLeast: 2 });
      const step = (to - from) / (points - 1);
      return {
        x: Array.from({ length: points }, (_, i) => from + i * step),
        density: Array.from(kernelSums(sorted, h, from, step, points), (sum) => peak * sum),
      };
    },
  };
}

type Mathjs = Pick<typeof import('mathjs'), 'erf'>;

let mathjs: Mathjs | undefined;

function normalCdf(z: number): number {
  mathjs ??= require('mathjs') as Mathjs; // loaded on first use: it takes a third of a second
  return (1 + mathjs.erf(z / Math.SQRT2)) / 2;
}

function ruleOfThumb(sample: Float64Array, rule: 'scott' | 'silverman'): number {
  requireOneOf('bandwidth (unless a number)', rule, ['scott', 'silverman']);
  const n = sample.length;
  const mean = sample.reduce((sum, x) => sum + x, 0) / n;
  const deviation = Math.sqrt(sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  if (deviation === 0)
    throw new RangeError(`bandwidth must be a number when all samples are equal; got '${rule}'`);
  return deviation * (rule === 'scott' ? n ** -0.2 : ((3 * n) / 4) ** -0.2);
}

/**
 * Σᵢ exp(−u²/2), u = (x − xᵢ)/h, at the points x = from + j step, with two exponentials per sample. From one
 * point to the next, u grows by δ = step/h, the kernel is multiplied by the ratio exp(−δ(u + δ/2)), and the
 * ratio by exp(−δ²).
 */
function kernelSums(
  sorted: Float64Array,
  h: number,
  from: number,
  step: number,
  points: number,
): Float64Array {
  const sums = new Float64Array(points);
  const delta = step / h;
  const ratioOfRatios = Math.exp(-delta * delta);
  for (const x of sorted) {
    const first = Math.max(0, Math.ceil((x - REACH * h - from) / step));
    const last = Math.min(points - 1, Math.floor((x + REACH * h - from) / step));
    const u = (from + first * step - x) / h;
    let kernel = Math.exp(-0.5 * u * u);
    let ratio = Math.exp(-delta * (u + delta / 2));
    for (let j = first; j <= last; j++) {
      sums[j]! += kernel;
      kernel *= ratio;
      ratio *= ratioOfRatios;
    }
  }
  return sums;
}
