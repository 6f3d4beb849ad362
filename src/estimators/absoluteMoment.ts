import { requireNumber, requireOptions } from '../core/validation';
import { hillOfSorted } from './hill';
import { requireSample, type Sample } from './sample';
import { requireOnePerSample } from './weightedSample';

/** An estimated moment. */
export interface AbsoluteMoment {
  readonly value: number;
  /** Standard error of `value`. */
  readonly standardError: number;
  /** Effective sample size (Σw)²/Σw² with w = |x|^order (Kish 1965). */
  readonly effectiveSampleSize: number;
  /** Present if a few samples dominate, so that `standardError` is unreliable; explains why. */
  readonly warning?: string;
}

/** An estimated moment in log scale. */
export interface LogAbsoluteMoment {
  /** Logarithm of the moment. */
  readonly logValue: number;
  /**
   * Standard error of the moment divided by the moment. If small, it is also the standard error of
   * `logValue`.
   */
  readonly relativeStandardError: number;
  /** Effective sample size (Σw)²/Σw² with w = weight · |x|^order (Kish 1965). */
  readonly effectiveSampleSize: number;
  /** Present if a few samples dominate, so that `relativeStandardError` is unreliable; explains why. */
  readonly warning?: string;
}

/**
 * Estimates the absolute moment E|X|^order from independent samples, with its standard error. Use it for
 * moments of simulated outputs; if |x|^order can overflow, use {@link logAbsoluteMoment}.
 *
 * The estimate is the mean of w = |x|^order, with standard error √(Σ(w − w̄)²/((n − 1)n)). Equation (71) of
 * docs/theory.md. The interval value ± 1.96 standardError covers the true moment in 90 to 98 % of repetitions
 * if the effective sample size exceeds 100 and E|X|^(2 order) is finite.
 *
 * Otherwise `warning` is usually set. It appears if the effective sample size is below 100, or if the
 * variance depends on few samples (equation (73)) and Hill's estimate of the tail index of the ⌊√n⌋ largest w
 * is below 2, which means infinite variance. An index slightly below 2 may go unnoticed, and a distribution
 * whose tail only resembles a power law may cause a warning. If a few samples dominate, the value is usually
 * too low, because the rare large samples that determine the moment are missing.
 * @param sample at least 2 finite independent numbers, of either sign. If all are 0, the estimate is 0 with
 *   effective sample size 0.
 * @param order any number > 0.
 * @throws TypeError or RangeError naming the invalid argument, or if |x|^order is out of the range of a
 *   double.
 * @example
 * const { value, effectiveSampleSize } = absoluteMoment([1, -2, 3], 2);
 * value // 4.666667
 * effectiveSampleSize // 2.0
 */
export function absoluteMoment(sample: Sample, order: number): AbsoluteMoment {
  requireSample('sample', sample, { size: 2 });
  requireNumber('order', order, { above: 0 });
  const values = new Float64Array(sample);
  const powers = values.map((x) => Math.abs(x) ** order);
  const largest = maximum(powers);
  if (largest === Infinity || (largest === 0 && values.some((x) => x !== 0)))
    throw new RangeError(
      `|sample|^order must lie in the range of a double; got order ${order} (logAbsoluteMoment has no such limit)`,
    );
  // a power of two, so that division is exact
  const scale = largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
  const terms = powers.map((power) => power / scale);
  const { mean, standardError, ...trust } = meanOf(terms, { doubtTail: true });
  return { value: scale * mean, standardError: scale * standardError, ...trust };
}

/**
 * Estimates log E|X|^order from samples of log|X|, without over- or underflow. Use it for deep networks,
 * whose outputs may exceed the range of a double, and for importance sampling.
 *
 * With ℓ = order · log|x| + log weight, the estimate is max ℓ + log of the mean of exp(ℓ − max ℓ). Equation
 * (72) of docs/theory.md.
 *
 * For importance sampling, pass `logWeights`, the logarithms of the likelihood ratios p/q: samples drawn from
 * a distribution q then estimate the moment under p. In this case `warning` depends only on the effective
 * sample size, since the choice of q determines whether the variance is finite.
 * @param logSample at least 2 independent numbers, finite or −Infinity (for X = 0). If all are −Infinity, the
 *   estimate is −Infinity.
 * @param order any number > 0.
 * @param options `logWeights`, one number per sample, finite or −Infinity; omit it for equal weights.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * logAbsoluteMoment([1000, 1001, -Infinity], 2).logValue // 2001.0283
 */
export function logAbsoluteMoment(
  logSample: Sample,
  order: number,
  options: { logWeights?: Sample } = {},
): LogAbsoluteMoment {
  requireSample('logSample', logSample, { size: 2, infinities: 'negative' });
  requireNumber('order', order, { above: 0 });
  const { logWeights } = requireOptions('options', options, ['logWeights']);
  if (logWeights !== undefined) {
    requireSample('logWeights', logWeights, { infinities: 'negative' });
    requireOnePerSample('logWeights', logWeights, logSample.length);
  }
  const logTerms = new Float64Array(logSample).map((x, i) => {
    const weight = logWeights === undefined ? 0 : logWeights[i]!;
    const term = order * x + weight;
    if (Number.isFinite(term) || x === -Infinity || weight === -Infinity) return term;
    throw new RangeError(
      `order · logSample${logWeights === undefined ? '' : ' + logWeights'} must lie in the range of a double; got order ${order} and logSample[${i}] = ${x}`,
    );
  });
  const largest = maximum(logTerms);
  const scale = largest === -Infinity ? 0 : largest;
  const terms = logTerms.map((logTerm) => Math.exp(logTerm - scale));
  const { mean, standardError, ...trust } = meanOf(terms, { doubtTail: logWeights === undefined });
  return {
    logValue: scale + Math.log(mean),
    relativeStandardError: mean === 0 ? Infinity : standardError / mean,
    ...trust,
  };
}

function maximum(values: Float64Array): number {
  return values.reduce((largest, x) => Math.max(largest, x), -Infinity);
}

/** The mean of terms ≥ 0, with its standard error and warning. */
function meanOf(
  terms: Float64Array,
  { doubtTail }: { doubtTail: boolean },
): Omit<AbsoluteMoment, 'value'> & { mean: number } {
  const n = terms.length;
  let sum = 0;
  for (const term of terms) sum += term;
  const mean = sum / n;
  let squares = 0;
  let cubes = 0;
  for (const term of terms) {
    const square = (term - mean) ** 2;
    squares += square;
    cubes += square * Math.abs(term - mean);
  }
  // (Σw)²/Σw², from the sum of squares about the mean
  const effectiveSampleSize = mean === 0 ? 0 : n / (1 + squares / (n * mean * mean));
  const warning =
    doubtOfSize(effectiveSampleSize, n) ??
    (doubtTail ? doubtOfTail(terms, squares ** 3 / cubes ** 2) : undefined);
  return {
    mean,
    standardError: Math.sqrt(squares / ((n - 1) * n)),
    effectiveSampleSize,
    ...(warning === undefined ? {} : { warning }),
  };
}

function doubtOfSize(effectiveSampleSize: number, n: number): string | undefined {
  if (effectiveSampleSize >= 100) return undefined;
  return `effective sample size ${Number(effectiveSampleSize.toPrecision(3))} of ${n}: too few for an error bar; where a few samples dominate, the value is usually too low`;
}

/**
 * `varianceSize` is (Σδ²)³/(Σ|δ|³)² with the deviations δ from the mean: the number of equal deviations that
 * would make up the variance, equation (73) of docs/theory.md. It grows with n if the variance is finite and
 * stays small otherwise. The tail index alone would also reject large log-normal samples, whose tails
 * resemble power laws. The thresholds (100 for the effective sample size, 50 here) were found by simulation
 * of Pareto, t, normal and log-normal distributions with n from 300 to 10⁵.
 */
function doubtOfTail(terms: Float64Array, varianceSize: number): string | undefined {
  if (!(varianceSize < 50)) return undefined;
  const { value: tailIndex } = hillOfSorted(terms.slice().sort(), Math.floor(Math.sqrt(terms.length)));
  if (tailIndex >= 2) return undefined;
  return `a few samples dominate: the largest |x|^order fall off like a power law of index ${tailIndex.toPrecision(2)}, which below 2 has no variance; the error bar is too short and the value usually too low`;
}
