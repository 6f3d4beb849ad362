import { requireSample, type Sample } from './sample';

/** A sample in ascending order, with positive weights. */
export interface WeightedSample {
  readonly values: Float64Array;
  /** The weights of `values`, up to a common factor; all 1 if none were given. */
  readonly weights: Float64Array;
  /** The sum of the first i weights, i = 0, …, n. */
  readonly cumulative: Float64Array;
  /** Sum of all weights. */
  readonly total: number;
  /** Effective sample size (Σw)²/Σw² (Kish 1965): n without weights. */
  readonly effectiveSize: number;
}

/**
 * Sorts a sample with its weights. Samples of weight 0 are left out.
 * @throws TypeError or RangeError naming the invalid argument.
 */
export function weightedSample(
  sample: Sample,
  weights: Sample | undefined,
  accepted: { size?: number; infinities?: 'none' | 'both' },
): WeightedSample {
  requireSample('sample', sample, accepted);
  const sorted =
    weights === undefined
      ? { values: new Float64Array(sample).sort(), weights: new Float64Array(sample.length).fill(1) }
      : sortedByValue(sample, scaledWeights(weights, sample.length));
  if (weights !== undefined) requireSample('the sample without weights of 0', sorted.values, accepted);
  const cumulative = new Float64Array(sorted.values.length + 1);
  let squares = 0;
  for (let i = 0; i < sorted.weights.length; i++) {
    cumulative[i + 1] = cumulative[i]! + sorted.weights[i]!;
    squares += sorted.weights[i]! ** 2;
  }
  const total = cumulative[sorted.weights.length]!;
  return { ...sorted, cumulative, total, effectiveSize: (total * total) / squares };
}

/** The weights divided by a power of two, exactly, so that their sums stay in the range of a double. */
function scaledWeights(weights: Sample, size: number): Float64Array {
  requireSample('weights', weights, { atLeast: 0 });
  requireOnePerSample('weights', weights, size);
  const checked = new Float64Array(weights);
  const largest = checked.reduce((a, b) => Math.max(a, b), 0);
  if (largest === 0) throw new RangeError('weights must not all be 0');
  const unit = 2 ** Math.floor(Math.log2(largest));
  return checked.map((weight) => weight / unit);
}

function sortedByValue(
  sample: Sample,
  weights: Float64Array,
): { values: Float64Array; weights: Float64Array } {
  const order = new Uint32Array(weights.keys())
    .filter((i) => weights[i]! > 0)
    .sort((i, j) => sample[i]! - sample[j]!);
  return {
    values: Float64Array.from(order, (i) => sample[i]!),
    weights: Float64Array.from(order, (i) => weights[i]!),
  };
}

/** @throws RangeError unless `values` has one number for each of `size` samples. */
export function requireOnePerSample(name: string, values: Sample, size: number): void {
  if (values.length !== size)
    throw new RangeError(`${name} must hold one number per sample (${size}); got ${values.length}`);
}
