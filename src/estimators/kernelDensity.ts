import { requireInteger, requireNumber, requireOneOf, requireOptions } from '../core/validation';
import { erfc } from './erfc';
import { countUpTo, requireOrderedNumber, type Sample } from './sample';
import { type WeightedSample, weightedSample } from './weightedSample';

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
 * With weights, f̂(x) = Σ wᵢ φ((x − xᵢ)/h)/(h Σ wᵢ). There is no boundary correction.
 * @param sample finite numbers, at least 2 unless `bandwidth` is a number. Remove the log-norms of dead
 *   networks (−Infinity) and multiply the density by the fraction of surviving networks.
 * @param options `bandwidth`: `'scott'` (default, as in SciPy's `gaussian_kde` and seaborn) for h = S
 *   n^(−1/5) with the standard deviation S of the sample (divisor n − 1); `'silverman'` for h = S
 *   (3n/4)^(−1/5); or h itself, a number in [1e-300, 1e300] in the unit of the sample. (In SciPy a number is a
 *   multiple of S.) `weights`: a number ≥ 0 per sample, such as a likelihood ratio; only their ratios matter. As in
 *   SciPy, n is then the effective sample size (Σw)²/Σw², and S the weighted standard deviation with divisor
 *   1 − 1/n.
 * @throws TypeError or RangeError naming the invalid argument, or if all samples are equal and `bandwidth` is
 *   not a number.
 * @example
 * const { pdf, cdf } = kernelDensity([1, 2, 4]);
 * pdf(2) // 0.2149
 * cdf(0) // 0.08646
 */
export function kernelDensity(
  sample: Sample,
  options: { bandwidth?: 'scott' | 'silverman' | number; weights?: Sample } = {},
): KernelDensity {
  const { bandwidth = 'scott', weights } = requireOptions('options', options, ['bandwidth', 'weights']);
  const chosen = typeof bandwidth !== 'number';
  const data = weightedSample(sample, weights, { size: chosen ? 2 : 1 });
  const { values: sorted, weights: weight, cumulative, total } = data;
  const h = requireNumber('bandwidth', chosen ? ruleOfThumb(data, bandwidth) : bandwidth, {
    atLeast: 1e-300,
    atMost: 1e300,
  });
  const peak = 1 / (Math.sqrt(2 * Math.PI) * h * total);
  return {
    bandwidth: h,
    pdf(x) {
      requireOrderedNumber('x', x);
      const end = countUpTo(sorted, x + REACH * h);
      let sum = 0;
      for (let i = countUpTo(sorted, x - REACH * h); i < end; i++)
        sum += weight[i]! * Math.exp(-0.5 * ((x - sorted[i]!) / h) ** 2);
      return peak * sum;
    },
    cdf(x) {
      requireOrderedNumber('x', x);
      if (!Number.isFinite(x)) return x > 0 ? 1 : 0;
      const below = countUpTo(sorted, x - REACH * h);
      const end = countUpTo(sorted, x + REACH * h);
      let mass = cumulative[below]!;
      for (let i = below; i < end; i++) mass += (weight[i]! * erfc((sorted[i]! - x) / (h * Math.SQRT2))) / 2;
      return mass / total;
    },
    grid(shown = {}) {
      const {
        from = sorted[0]! - 3 * h,
        to = sorted.at(-1)! + 3 * h,
        points = 200,
      } = requireOptions('options', shown, ['from', 'to', 'points']);
      requireNumber('from', from);
      requireNumber('to', to, { above: from });
      requireNumber('to - from', to - from);
      requireInteger('points', points, { atLeast: 2, atMost: 1e6 });
      const step = (to - from) / (points - 1);
      return {
        x: Array.from({ length: points }, (_, i) => from + i * step),
        density: Array.from(kernelSums(data, h, from, step, points), (sum) => peak * sum),
      };
    },
  };
}

function ruleOfThumb(data: WeightedSample, rule: 'scott' | 'silverman'): number {
  requireOneOf('bandwidth (unless a number)', rule, ['scott', 'silverman']);
  const { values, weights, total, effectiveSize: n } = data;
  const [least, most] = [values[0]!, values.at(-1)!];
  // not from the deviation, which rounding keeps from being 0
  if (least === most)
    throw new RangeError(`bandwidth must be a number when all samples are equal; got '${rule}'`);
  // a power of two, so that division is exact and squares neither over- nor underflow
  const unit = 2 ** Math.floor(Math.log2(Math.max(Math.abs(least), Math.abs(most))));
  const sum = (f: (x: number) => number) =>
    values.reduce((partial, x, i) => partial + weights[i]! * f(x / unit), 0);
  const mean = sum((x) => x) / total;
  const deviation = Math.sqrt(sum((x) => (x - mean) ** 2) / (total - total / n));
  return deviation * unit * (rule === 'scott' ? n ** -0.2 : ((3 * n) / 4) ** -0.2);
}

/**
 * Σᵢ wᵢ exp(−u²/2), u = (x − xᵢ)/h, at the points x = from + j step, with two exponentials per sample. From one
 * point to the next, u grows by δ = step/h, the kernel is multiplied by the ratio exp(−δ(u + δ/2)), and the
 * ratio by exp(−δ²).
 */
function kernelSums(
  { values, weights }: WeightedSample,
  h: number,
  from: number,
  step: number,
  points: number,
): Float64Array {
  const sums = new Float64Array(points);
  const delta = step / h;
  const ratioOfRatios = Math.exp(-delta * delta);
  for (const [i, x] of values.entries()) {
    const first = Math.max(0, Math.ceil((x - REACH * h - from) / step));
    const last = Math.min(points - 1, Math.floor((x + REACH * h - from) / step));
    const u = (from + first * step - x) / h;
    let kernel = weights[i]! * Math.exp(-0.5 * u * u);
    let ratio = Math.exp(-delta * (u + delta / 2));
    for (let j = first; j <= last; j++) {
      sums[j]! += kernel;
      kernel *= ratio;
      ratio *= ratioOfRatios;
    }
  }
  return sums;
}
