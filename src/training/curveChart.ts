import { chart } from '../charts/chart';
import type { Figure } from '../charts/figure';
import { band, label, line, points } from '../charts/marks';
import type { NetworkCurve } from './curves';
import { type Measure, meanCurve, requireCurves } from './statistics';

/** Axis titles of the measures. */
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
 * Charts a measure by epoch for comparing schemes: the mean over the runs of each scheme, with a band of ± 1
 * standard error. Use it with `showLive` during training, or with `show` for finished results. Each scheme is
 * drawn up to the last epoch that all of its runs have completed; before the first one the chart says so.
 * @param curves from `trainEnsemble`, its `onEpoch`, or `trainingResults`; may be empty
 * @param measure a list of `NetworkCurve`, such as 'testLoss'
 * @param title the finding that the chart shows
 * @throws RangeError if `measure` is unknown.
 * @example
 * const { curves } = trainingResults('mnist-relu');
 * curveChart(curves, 'testLoss', 'Xavier escapes late').data.length // 8
 */
export function curveChart(curves: readonly NetworkCurve[], measure: Measure, title: string): Figure {
  requireCurves(curves, measure);
  const schemes = [...new Set(curves.map((curve) => curve.scheme))];
  const length = curves.reduce((longest, curve) => Math.max(longest, curve[measure].length), 0);
  const epochs = Array.from({ length }, (_, epoch) => epoch);
  const means = schemes.map((name) => ({ name, ...meanCurve(curves, name, measure) }));
  if (!means.some(({ mean }) => mean.some(Number.isFinite)))
    return emptyChart(
      measure,
      title,
      length > 1 ? 'no finite values' : 'no values before the first epoch is complete',
    );
  return chart({
    title,
    // by default, a short axis has ticks between epochs
    x: epochs.length > 11 ? 'epoch' : { title: 'epoch', ticks: epochs },
    y: words[measure],
    marks: means.flatMap(({ name, mean, standardError }) => {
      const there = epochs.slice(0, mean.length);
      const limit = (sign: number) => mean.map((m, epoch) => m + sign * standardError[epoch]!);
      // a single epoch is not visible as a line
      const draw = mean.length === 1 ? points : line;
      return [band(there, limit(-1), limit(1), { name }), draw(there, mean, { name })];
    }),
  });
}

/** A chart with a remark in the place of curves. */
function emptyChart(measure: Measure, title: string, remark: string): Figure {
  const axis = (name: string) => ({ title: name, range: [-1, 1] as const, ticks: [] });
  return chart({
    title,
    x: axis('epoch'),
    y: axis(words[measure]),
    marks: [label(0, 0, remark, { side: 'above', color: 'grey' })],
  });
}
