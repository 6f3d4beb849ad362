import { requireInteger, requireOneOf } from '../core/validation';
import { measures, type NetworkCurve } from './curves';

/** One of the lists of a curve. */
export type Measure = (typeof measures)[number];

/** Over the runs of a scheme, by epoch. */
export interface MeanCurve {
  mean: number[];
  /** Of the mean: the standard deviation over the runs (n − 1) divided by √n; NaN for one run. */
  standardError: number[];
  runs: number;
}

/** Of two schemes over the runs that both have. */
export interface PairedDifference {
  /** Mean of first − second. */
  mean: number;
  /** Of that mean. */
  standardError: number;
  /** mean / standardError: Student's t with runs − 1 degrees of freedom where differences are normal. */
  t: number;
  /** Runs in which the first is larger, and in which the two differ. */
  larger: number;
  differing: number;
  /** Two-sided p-value of the exact sign test: of `larger` among `differing` were both schemes alike; NaN with a NaN. */
  signTest: number;
  runs: number;
}

function meanAndError(values: readonly number[]): { mean: number; standardError: number } {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}

function curvesOf(curves: readonly NetworkCurve[], scheme: string): NetworkCurve[] {
  const found = curves.filter((curve) => curve.scheme === scheme);
  if (found.length === 0) requireOneOf('scheme', scheme, [...new Set(curves.map((curve) => curve.scheme))]);
  return found;
}

/**
 * Mean and standard error of a measure over the runs of a scheme, by epoch, as far as all of its runs have come: so it also
 * fits what `onEpoch` shows or an interrupted training leaves.
 * @param curves such as `trainEnsemble` or `trainingResults` give
 * @throws RangeError naming the argument at fault.
 * @example
 * const curves = [
 *   { scheme: 'Kaiming', run: 0, testLoss: [2.5, 1] },
 *   { scheme: 'Kaiming', run: 1, testLoss: [2.5, 0.5] },
 * ];
 * meanCurve(curves, 'Kaiming', 'testLoss').mean // [2.5, 0.75]
 */
export function meanCurve(curves: readonly NetworkCurve[], scheme: string, measure: Measure): MeanCurve {
  requireOneOf('measure', measure, measures);
  const own = curvesOf(curves, scheme);
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
 * How much a measure differs between two schemes, run by run: the networks of a run met the same batches and share
 * their random numbers, so that most of the spread over runs drops out.
 * @param epoch which epoch's value
 * @throws RangeError naming the argument at fault, or if the schemes have no run in common.
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
  requireOneOf('measure', measure, measures);
  const others = new Map(curvesOf(curves, second).map((curve) => [curve.run, curve]));
  const differences = curvesOf(curves, first).flatMap((curve) => {
    const other = others.get(curve.run);
    if (!other) return [];
    requireInteger('epoch', epoch, {
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
