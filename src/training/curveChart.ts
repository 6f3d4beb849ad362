import { chart } from '../charts/chart';
import type { Figure } from '../charts/figure';
import { band, line, points } from '../charts/marks';
import { requireOneOf } from '../core/validation';
import { measures, type NetworkCurve } from './curves';
import { type Measure, meanCurve } from './statistics';

/** The measures in words, for the y axis. */
const words: Readonly<Record<Measure, string>> = {
  trainLoss: 'training loss',
  lastBatchLoss: 'loss of the last training batch',
  trainAccuracy: 'training accuracy',
  testLoss: 'test loss',
  lastTestBatchLoss: 'loss of the last test batch',
  testAccuracy: 'test accuracy',
  deadOutputs: 'dead output units',
};

/**
 * A chart of a measure by epoch: for every scheme the mean over its runs, with a band of one standard error to either side.
 * It fits `showLive`: each scheme is drawn as far as all of its runs have come.
 * @param curves such as `trainEnsemble` or `trainingResults` give, also none yet
 * @throws RangeError if `measure` is none.
 * @example
 * const { curves } = trainingResults('mnist-relu');
 * curveChart(curves, 'testLoss', 'Xavier escapes late').data.length // 8
 */
export function curveChart(curves: readonly NetworkCurve[], measure: Measure, title: string): Figure {
  requireOneOf('measure', measure, measures);
  const schemes = [...new Set(curves.map((curve) => curve.scheme))];
  const length = Math.max(0, ...curves.map((curve) => curve[measure].length));
  const epochs = Array.from({ length }, (_, epoch) => epoch);
  return chart({
    title,
    // left alone, a short axis has ticks between epochs
    x: epochs.length > 11 ? 'epoch' : { title: 'epoch', ticks: epochs },
    y: words[measure],
    marks: schemes.flatMap((name) => {
      const { mean, standardError } = meanCurve(curves, name, measure);
      const there = epochs.slice(0, mean.length);
      const limit = (sign: number) => mean.map((m, epoch) => m + sign * standardError[epoch]!);
      // one epoch is no line yet
      const draw = mean.length === 1 ? points : line;
      return [band(there, limit(-1), limit(1), { name }), draw(there, mean, { name })];
    }),
  });
}
