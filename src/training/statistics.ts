import {
  requireInteger,
  requireNumbers,
  requireObjects,
  requireOneOf,
  requireText,
} from '../core/validation';
import { measures, type NetworkCurve } from './curves';

/** Name of a measure: a list of `NetworkCurve`. */
export type Measure = (typeof measures)[number];

/** The mean of a measure over the runs of a scheme, by epoch. */
export interface MeanCurve {
  mean: number[];
  /**
   * Standard error of `mean`: the sample standard deviation over the n runs divided by √n; NaN for one run.
   */
  standardError: number[];
  /** Number of runs. */
  runs: number;
}

/** The difference of a measure between two schemes, over the runs that both have. */
export interface PairedDifference {
  /** Mean of first − second. */
  mean: number;
  /** Standard error of `mean`. */
  standardError: number;
  /** mean / standardError: Student's t with runs − 1 degrees of freedom if the differences are normal. */
  t: number;
  /** Number of runs in which the first scheme has the larger value. */
  larger: number;
  /** Number of runs in which the values differ. */
  differing: number;
  /** Two-sided p-value of the exact sign test of `larger` out of `differing`; NaN if a value is NaN. */
  signTest: number;
  /** Number of runs that both schemes have. */
  runs: number;
}

function meanAndError(values: readonly number[]): { mean: number; standardError: number } {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}

/**
 * Checks what is read of the curves.
 * @throws TypeError or RangeError naming the invalid part.
 */
export function requireCurves(curves: readonly NetworkCurve[], measure: Measure): void {
  requireOneOf('measure', measure, measures);
  requireObjects('curves', curves, 'curves, as trainEnsemble returns');
  for (const [i, curve] of curves.entries()) {
    requireText(`curves[${i}].scheme`, curve.scheme);
    requireInteger(`curves[${i}].run`, curve.run, { atLeast: 0 });
    for (const each of measures)
      if (each === measure || curve[each] !== undefined) requireNumbers(`curves[${i}].${each}`, curve[each]);
  }
}

function curvesOf(curves: readonly NetworkCurve[], scheme: string, name: string): NetworkCurve[] {
  const found = curves.filter((curve) => curve.scheme === scheme);
  if (found.length === 0) requireOneOf(name, scheme, [...new Set(curves.map((curve) => curve.scheme))]);
  return found;
}

/**
 * Computes the mean and standard error of a measure over the runs of a scheme, by epoch, for plotting
 * learning curves. Epochs are included up to the last one that all runs have completed, so that it also works
 * during training and after an interruption.
 * @param curves from `trainEnsemble`, its `onEpoch`, or `trainingResults`
 * @param scheme name of the scheme
 * @param measure a list of `NetworkCurve`, such as 'testLoss'
 * @throws RangeError naming the invalid argument.
 * @example
 * const curves = [
 *   { scheme: 'Kaiming', run: 0, testLoss: [2.5, 1] },
 *   { scheme: 'Kaiming', run: 1, testLoss: [2.5, 0.5] },
 * ];
 * meanCurve(curves, 'Kaiming', 'testLoss').mean // [2.5, 0.75]
 */
export function meanCurve(curves: readonly NetworkCurve[], scheme: string, measure: Measure): MeanCurve {
  requireCurves(curves, measure);
  const own = curvesOf(curves, scheme, 'scheme');
  const epochs = Math.min(...own.map((curve) => curve[measure].length));
  const each = Array.from({ length: epochs }, (_, epoch) =>
    meanAndError(own.map((curve) => curve[measure][epoch]!)),
  );
  return {
    mean: each.map(({ mean }) => mean),
    standardError: each.map(({ standardError }) => standardError),
    runs: own.length,
  };
}

/**
 * Compares two schemes by a paired test: the mean difference of a measure over their common runs, with
 * Student's t and the sign test. The networks of a run share their batches and random numbers, so that most
 * of the variation between runs cancels. docs/theory.md, equation (85).
 * @param curves from `trainEnsemble` or `trainingResults`
 * @param first name of the first scheme
 * @param second name of the second scheme
 * @param measure a list of `NetworkCurve`, such as 'testLoss'
 * @param epoch the epoch to compare, an integer ≥ 0
 * @throws RangeError naming the invalid argument, or if the schemes have no common run.
 * @example
 * const curves = [
 *   { scheme: 'Xavier', run: 0, testLoss: [2.5, 1] },
 *   { scheme: 'Kaiming', run: 0, testLoss: [2.5, 0.75] },
 * ];
 * pairedDifference(curves, 'Xavier', 'Kaiming', 'testLoss', 1).mean // 0.25
 */
export function pairedDifference(
  curves: readonly NetworkCurve[],
  first: string,
  second: string,
  measure: Measure,
  epoch: number,
): PairedDifference {
  requireCurves(curves, measure);
  requireInteger('epoch', epoch, { atLeast: 0 });
  const others = new Map(curvesOf(curves, second, 'second').map((curve) => [curve.run, curve]));
  const differences = curvesOf(curves, first, 'first').flatMap((curve) => {
    const other = others.get(curve.run);
    if (!other) return [];
    requireInteger(`epoch (of ${measure})`, epoch, {
      atLeast: 0,
      below: Math.min(curve[measure].length, other[measure].length),
    });
    return [curve[measure][epoch]! - other[measure][epoch]!];
  });
  if (differences.length === 0)
    throw new RangeError(`curves must have a run of both '${first}' and '${second}'`);
  const { mean, standardError } = meanAndError(differences);
  const larger = differences.filter((x) => x > 0).length;
  const differing = differences.filter((x) => x !== 0).length;
  return {
    mean,
    standardError,
    t: mean / standardError,
    larger,
    differing,
    signTest: Number.isNaN(mean) ? Number.NaN : signTest(larger, differing),
    runs: differences.length,
  };
}

/** P(|X − n/2| ≥ |k − n/2|), X ~ Bin(n, ½). */
function signTest(k: number, n: number): number {
  let binomial = 2 ** -n;
  let p = 0;
  for (let i = 0; i <= n; i++) {
    if (Math.abs(i - n / 2) >= Math.abs(k - n / 2)) p += binomial;
    binomial *= (n - i) / (i + 1);
  }
  return Math.min(1, p);
}
