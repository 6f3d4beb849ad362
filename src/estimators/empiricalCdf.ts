import { requireInteger, requireNumber } from '../core/validation';
import { countUpTo, requireOrderedNumber, requireSample, type Sample } from './sample';

/** A sample's distribution function. */
export interface EmpiricalCdf {
  /** The share of samples at most x; any number, infinities included. */
  cdf(x: number): number;
  /** Half the height of the confidence band of the given level in (0, 1), 0.95 by default. */
  bandHalfWidth(level?: number): number;
  /**
   * The steps, to be drawn with the level to the right of each: the different finite samples x ascending, the
   * distribution function there, and the band cut to [0, 1]. Where there are more than `points` of them (500 by
   * default), so many are taken, evenly by rank, the first and the last among them.
   */
  steps(options?: { points?: number; level?: number }): {
    x: number[];
    cdf: number[];
    lower: number[];
    upper: number[];
  };
}

/**
 * Empirical distribution function F̂(x) = #{xᵢ ≤ x}/n, with the band of Dvoretzky, Kiefer and Wolfowitz in Massart's
 * form (Annals of Probability 1990): with probability at least `level`, the true distribution function is within
 * √(log(2/(1 − level))/(2n)) of F̂ everywhere at once.
 *
 * Both infinities are accepted: −Infinity, the log-norm of a network that died, is an atom left of every number.
 * @param sample at least one number, independent of each other
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * const { cdf, bandHalfWidth } = empiricalCdf([-Infinity, 1, 1, 2]);
 * cdf(1) // 0.75
 * bandHalfWidth(0.95) // 0.679
 */
export function empiricalCdf(sample: Sample): EmpiricalCdf {
  const sorted = new Float64Array(requireSample('sample', sample, { infinities: 'both' })).sort();
  const n = sorted.length;
  const cdf = (x: number) => countUpTo(sorted, requireOrderedNumber('x', x)) / n;
  const bandHalfWidth = (level = 0.95) =>
    Math.sqrt(Math.log(2 / (1 - requireNumber('level', level, { above: 0, below: 1 }))) / (2 * n));
  return {
    cdf,
    bandHalfWidth,
    steps({ points = 500, level = 0.95 } = {}) {
      requireInteger('points', points, { atLeast: 2 });
      const halfWidth = bandHalfWidth(level);
      const different = sorted.filter((x, i) => Number.isFinite(x) && x !== sorted[i + 1]);
      const x = thinned(different, points);
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
