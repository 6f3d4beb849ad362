import { requireInteger, requireNumber, requireOptions } from '../core/validation';
import { countUpTo, requireOrderedNumber, type Sample } from './sample';
import { weightedSample } from './weightedSample';

/** The empirical distribution function of a sample. */
export interface EmpiricalCdf {
  /** Fraction of samples, by weight, that are at most x; x may be infinite. */
  cdf(x: number): number;
  /** Half width of the confidence band at the given level in (0, 1), by default 0.95. */
  bandHalfWidth(level?: number): number;
  /**
   * The steps of the function and its confidence band, for plotting with horizontal segments to the right of
   * each step. Returns the distinct finite samples in ascending order as `x`, the distribution function at
   * these points as `cdf`, and the band clipped to [0, 1] as `lower` and `upper`. If there are more than
   * `points` steps (default 500), that many are selected, evenly by rank and including the first and the
   * last.
   */
  steps(options?: { points?: number; level?: number }): {
    x: number[];
    cdf: number[];
    lower: number[];
    upper: number[];
  };
}

/**
 * Computes the empirical distribution function of a sample, with a confidence band that holds simultaneously
 * for all x. Use it to compare a simulated distribution with an exact one.
 *
 * F̂(x) = #{xᵢ ≤ x}/n, or Σ {xᵢ ≤ x} wᵢ/Σ wᵢ with weights. With probability at least `level`, the true distribution function lies within
 * √(log(2/(1 − level))/(2n)) of F̂ everywhere: the Dvoretzky–Kiefer–Wolfowitz inequality with the constant of
 * Massart (Annals of Probability 1990). Equation (76) of docs/theory.md. With weights, n is the effective sample size
 * (Σw)²/Σw², and the band is approximate.
 * @param sample at least one number, independent of each other. Infinities are accepted: −Infinity, the
 *   log-norm of a dead network, is an atom to the left of every finite number.
 * @param options `weights`: a number ≥ 0 per sample, such as a likelihood ratio; only their ratios matter. Default:
 *   equal weights.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * const { cdf, bandHalfWidth } = empiricalCdf([-Infinity, 1, 1, 2]);
 * cdf(1) // 0.75
 * bandHalfWidth(0.95) // 0.679
 */
export function empiricalCdf(sample: Sample, options: { weights?: Sample } = {}): EmpiricalCdf {
  const { weights } = requireOptions('options', options, ['weights']);
  const {
    values: sorted,
    cumulative,
    total,
    effectiveSize: n,
  } = weightedSample(sample, weights, { infinities: 'both' });
  const cdf = (x: number) => cumulative[countUpTo(sorted, requireOrderedNumber('x', x))]! / total;
  const bandHalfWidth = (level = 0.95) =>
    Math.sqrt(Math.log(2 / (1 - requireNumber('level', level, { above: 0, below: 1 }))) / (2 * n));
  return {
    cdf,
    bandHalfWidth,
    steps(shown = {}) {
      const { points = 500, level = 0.95 } = requireOptions('options', shown, ['points', 'level']);
      requireInteger('points', points, { atLeast: 2 });
      const halfWidth = bandHalfWidth(level);
      const distinct = sorted.filter((x, i) => Number.isFinite(x) && x !== sorted[i + 1]);
      const x = thinned(distinct, points);
      const heights = x.map(cdf);
      return {
        x,
        cdf: heights,
        lower: heights.map((height) => Math.max(0, height - halfWidth)),
        upper: heights.map((height) => Math.min(1, height + halfWidth)),
      };
    },
  };
}

function thinned(values: Float64Array, points: number): number[] {
  if (values.length <= points) return [...values];
  return Array.from(
    { length: points },
    (_, i) => values[Math.round((i * (values.length - 1)) / (points - 1))]!,
  );
}
