import { received, requireOneOf, requireOptions } from '../core/validation';
import {
  type Alternative,
  asymptoticSurvival,
  oneSampleSurvival,
  twoSampleSurvival,
} from './kolmogorovDistribution';
import { requireSample, type Sample } from './sample';

/** The result of a Kolmogorov–Smirnov test. */
export interface KolmogorovSmirnov {
  /** Largest distance between the two distribution functions, in the direction of the alternative; in [0, 1]. */
  readonly statistic: number;
  /**
   * Probability of a statistic at least as large under the null hypothesis that the distributions are equal.
   */
  readonly pValue: number;
}

/** Largest sample, and largest product of two sample sizes, for which the p-value is exact. */
const exactUpTo = { oneSample: 1000, product: 1_000_000 };

/**
 * Kolmogorov–Smirnov test of whether a sample comes from a given distribution, or two samples from the same
 * distribution.
 *
 * The statistic D is the largest distance between the distribution functions F of `sample` and G of `other`: of |F − G|,
 * or, one-sided, of F − G (`'greater'`) or G − F (`'less'`), as in SciPy's `ks_1samp` and `ks_2samp`.
 *
 * The p-value is exact for a sample of at most 1000 numbers, and for two samples with a product of sizes of at most
 * 10⁶ (to 10 digits). Beyond, it is asymptotic: with n the sample size, or n₁n₂/(n₁ + n₂) for two samples, 2 Σ (−1)^(j−1)
 * exp(−2j²λ²) over j = 1, 2, …, or one-sided exp(−2λ²), at λ = D(√n + 0.12 + 0.11/√n) (Stephens, JRSS B 1970).
 * Equation (78) of docs/theory.md. It then differs from the exact one by at most 0.005 for one sample, and by at
 * most 0.025 for two, whose D is discrete; below 0.01 by at most a fifth of the p-value. Only if one of two samples has
 * fewer than 100 numbers are small p-values wrong by large factors.
 *
 * Ties between two samples are handled exactly. For distributions with atoms the p-value is then too large; a
 * distribution function must be continuous.
 * @param sample at least one number, independent of each other; infinities are accepted.
 * @param other a continuous distribution function, or a second sample.
 * @param options `alternative`: `'two-sided'` (default), `'less'` or `'greater'`.
 * @throws TypeError or RangeError naming the invalid argument, or if `other` returns a value outside [0, 1].
 * @example
 * kolmogorovSmirnov([0.1, 0.4, 0.7], (x) => x).statistic // 0.3
 * kolmogorovSmirnov([0.1, 0.4, 0.7], (x) => x, { alternative: 'less' }).pValue // 0.879
 */
export function kolmogorovSmirnov(
  sample: Sample,
  other: ((x: number) => number) | Sample,
  options: { alternative?: Alternative } = {},
): KolmogorovSmirnov {
  const { alternative = 'two-sided' } = requireOptions('options', options, ['alternative']);
  requireOneOf('alternative', alternative, ['two-sided', 'less', 'greater']);
  const first = Float64Array.from(requireSample('sample', sample, { infinities: 'both' })).sort();
  const n = first.length;
  if (typeof other === 'function') {
    const statistic = inDirection(distancesFrom(first, other), alternative);
    const survival = n <= exactUpTo.oneSample ? oneSampleSurvival : asymptoticSurvival;
    return { statistic, pValue: survival(n, statistic, alternative) };
  }
  const second = Float64Array.from(requireSample('other', other, { infinities: 'both' })).sort();
  const m = second.length;
  const statistic = inDirection(distancesBetween(first, second), alternative);
  const pValue =
    n * m <= exactUpTo.product
      ? twoSampleSurvival(n, m, statistic, alternative)
      : asymptoticSurvival(1 / (1 / n + 1 / m), statistic, alternative);
  return { statistic, pValue };
}

/** The largest values of F − G (`greater`) and of G − F (`less`). */
interface Distances {
  greater: number;
  less: number;
}

function inDirection({ greater, less }: Distances, alternative: Alternative): number {
  return { 'two-sided': Math.max(greater, less), greater, less }[alternative];
}

function distancesFrom(sorted: Float64Array, cdf: (x: number) => number): Distances {
  let [greater, less] = [0, 0];
  sorted.forEach((x, i) => {
    const p = cdf(x);
    if (typeof p !== 'number' || !(p >= 0 && p <= 1))
      throw new RangeError(`other(${x}) must be a probability in [0, 1]; got ${received(p)}`);
    greater = Math.max(greater, (i + 1) / sorted.length - p);
    less = Math.max(less, p - i / sorted.length);
  });
  return { greater, less };
}

function distancesBetween(first: Float64Array, second: Float64Array): Distances {
  let [greater, less] = [0, 0];
  let i = 0;
  let j = 0;
  while (i < first.length && j < second.length) {
    const x = Math.min(first[i]!, second[j]!);
    while (first[i] === x) i++;
    while (second[j] === x) j++;
    const difference = i / first.length - j / second.length;
    greater = Math.max(greater, difference);
    less = Math.max(less, -difference);
  }
  return { greater, less };
}
