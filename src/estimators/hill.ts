import { received, requireInteger } from '../core/validation';
import { countUpTo, requireSample, type Sample } from './sample';

/** An estimated tail index. */
export interface TailIndex {
  readonly value: number;
  /** Estimated standard deviation of `value`. */
  readonly standardError: number;
}

/** Tail indices estimated from the k largest samples, one entry a k, to be drawn over k. */
export interface HillEstimates {
  readonly k: number[];
  readonly value: number[];
  readonly standardError: number[];
}

/**
 * Hill's estimate (Annals of Statistics 1975) of the tail index α of a law with P(|X| > x) ~ C x^(−α): with
 * x₍₁₎ ≥ x₍₂₎ ≥ … the ordered absolute values,
 *
 * α̂ = k / Σ_{i ≤ k} log(x₍ᵢ₎/x₍ₖ₊₁₎), standardError = α̂/√k.
 *
 * It is a number for every law: for one without a power-law tail, such as a log-normal, it means nothing and drifts
 * with k, which `hillEstimates` shows. It does not change when the sample is multiplied by a number, so that exp(ℓ − max ℓ)
 * serves for samples ℓ of log|X| that would overflow.
 * @param sample finite numbers, independent of each other; zeros do no harm below the k + 1 largest
 * @param k how many of the largest samples to use, 1 … n − 1; the top 1 % is common
 * @throws TypeError or RangeError naming the argument at fault, or if the k + 1 largest are all equal or the last of
 *   them is 0.
 * @example
 * const paretoQuantiles = Array.from({ length: 999 }, (_, i) => (1 - (i + 1) / 1000) ** (-1 / 1.5));
 * hillTailIndex(paretoQuantiles, 100).value // 1.53
 */
export function hillTailIndex(sample: Sample, k: number): TailIndex {
  const sorted = sortedSizes(sample);
  requireTop(sorted, 'k', k);
  return hillOfSorted(sorted, k);
}

/**
 * Hill's estimate for many k at once (see `hillTailIndex`): a power-law tail shows as a stretch of k where the curve is
 * level within its standard errors.
 * @param sample as for `hillTailIndex`
 * @param ks which k; by default some 50, evenly in log k, from 10 to a fifth of the samples that are not 0
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * const sample = [9, 1, 4, 2, 7, 3];
 * hillEstimates(sample, [1, 2, 3]).value // [3.979, 1.459, 1.343]
 */
export function hillEstimates(sample: Sample, ks?: readonly number[]): HillEstimates {
  const sorted = sortedSizes(sample);
  if (ks !== undefined && !Array.isArray(ks))
    throw new TypeError(`ks must be an array of integers; got ${received(ks)}`);
  const k = ks === undefined ? spreadOf(sorted) : [...ks];
  for (const [i, top] of k.entries()) requireTop(sorted, `ks[${i}]`, top);
  const estimates = k.map((top) => hillOfSorted(sorted, top));
  return {
    k,
    value: estimates.map(({ value }) => value),
    standardError: estimates.map(({ standardError }) => standardError),
  };
}

/** Hill's estimate from ascending numbers ≥ 0; 0 if the k + 1 largest include 0. */
export function hillOfSorted(sorted: Float64Array, k: number): TailIndex {
  const logThreshold = Math.log(sorted[sorted.length - k - 1]!);
  let sum = 0;
  for (let i = sorted.length - k; i < sorted.length; i++) sum += Math.log(sorted[i]!) - logThreshold;
  const value = k / sum;
  return { value, standardError: value / Math.sqrt(k) };
}

/** The absolute values, ascending. */
function sortedSizes(sample: Sample): Float64Array {
  return new Float64Array(requireSample('sample', sample, { size: 2 })).map(Math.abs).sort();
}

function requireTop(sorted: Float64Array, name: string, k: number): void {
  const n = sorted.length;
  requireInteger(name, k, { atLeast: 1, atMost: n - 1 });
  const threshold = sorted[n - k - 1]!;
  if (threshold === 0 || threshold === sorted[n - 1])
    throw new RangeError(
      `the ${k + 1} largest samples must be positive and not all equal, for ${name} = ${k}; got ${threshold} as the least and ${sorted[n - 1]} as the largest`,
    );
}

function spreadOf(sorted: Float64Array): number[] {
  const positive = sorted.length - countUpTo(sorted, 0);
  if (positive < 50)
    throw new RangeError(
      `sample must hold at least 50 numbers other than 0, or ks be given; got ${positive}`,
    );
  const last = Math.floor(positive / 5);
  const steps = 50;
  const spread = Array.from({ length: steps + 1 }, (_, i) => Math.round(10 * (last / 10) ** (i / steps)));
  return [...new Set(spread)];
}
