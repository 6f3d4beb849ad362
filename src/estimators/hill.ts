import { received, requireInteger } from '../core/validation';
import { countUpTo, requireSample, type Sample } from './sample';

/** An estimated tail index. */
export interface TailIndex {
  readonly value: number;
  /** Standard error of `value`. */
  readonly standardError: number;
}

/** Tail indices estimated from the k largest samples, one entry per k, for a Hill plot. */
export interface HillEstimates {
  readonly k: number[];
  readonly value: number[];
  readonly standardError: number[];
}

/**
 * Estimates the tail index α of a distribution with P(|X| > x) ~ C x^(−α) from its k largest samples (Hill,
 * Annals of Statistics 1975).
 *
 * With the ordered absolute values x₍₁₎ ≥ x₍₂₎ ≥ …, α̂ = k / Σ_{i ≤ k} log(x₍ᵢ₎/x₍ₖ₊₁₎), with standard error
 * α̂/√k. Equation (74) of docs/theory.md.
 *
 * The estimate is meaningful only for a power-law tail. For other distributions, such as a log-normal, it
 * drifts with k; check this with {@link hillEstimates}. It does not depend on the scale of the sample: for
 * samples ℓ of log|X| that would overflow, pass exp(ℓ − max ℓ).
 * @param sample at least 2 finite independent numbers; zeros are allowed below the k + 1 largest.
 * @param k number of largest samples to use, an integer in [1, n − 1]. The top 1 % is a common choice.
 * @throws TypeError or RangeError naming the invalid argument, or if the k + 1 largest absolute values are
 *   all equal or include 0.
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
 * Computes Hill's estimate for many k at once, for a Hill plot. A power-law tail shows as a range of k over
 * which the curve is level within its standard errors.
 *
 * Equation (74) of docs/theory.md for each k; see {@link hillTailIndex}.
 * @param sample at least 2 finite independent numbers, at least 50 of them nonzero if `ks` is omitted.
 * @param ks the values of k; by default about 50, evenly spaced in log k, from 10 to a fifth of the nonzero
 *   samples.
 * @throws TypeError or RangeError naming the invalid argument.
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
  const sums = logExcesses(
    sorted,
    k.reduce((a, b) => Math.max(a, b), 0),
  );
  const value = k.map((top) => top / sums[top]!);
  return { k, value, standardError: value.map((index, i) => index / Math.sqrt(k[i]!)) };
}

/**
 * Σ_{i ≤ k} log(x₍ᵢ₎/x₍ₖ₊₁₎) for every k up to `last`, each from the one before: the excesses over x₍ₖ₊₁₎ are those over
 * x₍ₖ₎ and k times log(x₍ₖ₎/x₍ₖ₊₁₎).
 */
function logExcesses(sorted: Float64Array, last: number): Float64Array {
  const sums = new Float64Array(last + 1);
  let log = Math.log(sorted.at(-1)!);
  for (let k = 1; k <= last; k++) {
    const next = Math.log(sorted[sorted.length - 1 - k]!);
    sums[k] = sums[k - 1]! + k * (log - next);
    log = next;
  }
  return sums;
}

/** Hill's estimate from numbers ≥ 0 in ascending order; 0 if the k + 1 largest include 0. */
export function hillOfSorted(sorted: Float64Array, k: number): TailIndex {
  const logThreshold = Math.log(sorted[sorted.length - k - 1]!);
  let sum = 0;
  for (let i = sorted.length - k; i < sorted.length; i++) sum += Math.log(sorted[i]!) - logThreshold;
  const value = k / sum;
  return { value, standardError: value / Math.sqrt(k) };
}

/** The absolute values in ascending order. */
function sortedSizes(sample: Sample): Float64Array {
  return new Float64Array(requireSample('sample', sample, { size: 2 })).map(Math.abs).sort();
}

function requireTop(sorted: Float64Array, name: string, k: number): void {
  const n = sorted.length;
  requireInteger(name, k, { atLeast: 1, atMost: n - 1 });
  const threshold = sorted[n - k - 1]!;
  if (threshold === 0 || threshold === sorted[n - 1])
    throw new RangeError(
      `the ${k + 1} largest samples must be positive and not all equal, for ${name} = ${k}; got values from ${threshold} to ${sorted[n - 1]}`,
    );
}

function spreadOf(sorted: Float64Array): number[] {
  const positive = sorted.length - countUpTo(sorted, 0);
  if (positive < 50)
    throw new RangeError(`sample must hold at least 50 nonzero numbers unless ks is given; got ${positive}`);
  const last = Math.floor(positive / 5);
  const steps = 50;
  const spread = Array.from({ length: steps + 1 }, (_, i) => Math.round(10 * (last / 10) ** (i / steps)));
  return [...new Set(spread)];
}
