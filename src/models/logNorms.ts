import { registeredTensorFlow } from '../tensorflow/registry';
import type { TfTensor } from './modelGraph';

/** log(‖x‖/√size) of each input; −∞ for a zero input. */
export function logNorms(x: TfTensor): number[] {
  return registeredTensorFlow().tidy(() => {
    const rows = x.reshape([x.shape[0]!, -1]).toFloat();
    const fast = ofMeanSquares(rows.square().mean(1).dataSync());
    if (fast !== undefined) return fast;
    const largest = rows.abs().max(1, true);
    const ratios = rows.div(largest.add(largest.equal(0).toFloat()));
    const scales = largest.dataSync();
    return Array.from(ratios.square().mean(1).dataSync(), (x, i) => Math.log(scales[i]!) + 0.5 * Math.log(x));
  });
}

/** The log-norms by the mean squares in float32; undefined if a square may have left its range. */
export function ofMeanSquares(meanSquares: ArrayLike<number>): number[] | undefined {
  // what overflows is infinite here, and what underflows is at most a part of 1e-8
  const isSafe = Array.from(meanSquares).every((x) => x > 1e-30 && x < Infinity);
  return isSafe ? Array.from(meanSquares, (x) => 0.5 * Math.log(x)) : undefined;
}

/** The mean of the values other than −∞; −∞ if all are −∞; undefined for an empty list. */
export function mean(logNorms: ArrayLike<number>): number | undefined {
  const finite = Array.from(logNorms).filter((x) => x !== -Infinity);
  return logNorms.length > 0 && finite.length === 0 ? -Infinity : average(finite, (x) => x);
}

/** The mean of a function of the values; undefined for an empty list. */
export function average<T>(values: ArrayLike<T>, f: (value: T) => number): number | undefined {
  if (values.length === 0) return undefined;
  return Array.from(values).reduce((sum, value) => sum + f(value), 0) / values.length;
}
