import { inEvaluation } from '../core/activations';
import { logNormMoments } from '../theory/logNorm';
import { momentFactor } from '../theory/moments';
import type { LayerReport, Verdict } from './initializationReport';
import type { InitializationScheme } from './initializeModel';
import type { Assessed } from './predict';
import { type Layer, type ModelReading, Unreadable, type WeightedLayer } from './readModel';
import { comparison, fixed } from './reportView';

/** How far the log of the norm may go from where it started: a factor of ten. */
const bound = Math.LN10;
/** That of the gradient's norm: a factor of a hundred, beyond its spread. */
const gradientBound = 2 * Math.LN10;

/** What a report concludes. */
interface Conclusion {
  verdict: Verdict;
  summary: string;
  recommendation: InitializationScheme | undefined;
}

/** The verdict on assessed layers, in sentences, and what mends it. */
export function conclude(
  { weighted, merges }: ModelReading,
  assessed: ReadonlyMap<WeightedLayer, Assessed>,
  run: { inputLogNorm: number; training: boolean; noGradient: string | undefined },
): Conclusion {
  const layers = weighted.map((layer) => assessed.get(layer)!);
  // values after a softmax fused with the last layer say nothing of the signal
  const judged = layers.filter((_, i) => weighted[i]!.head === undefined);
  const { verdict, why } = judge(judged, run);
  const sentences = [why];
  const strange = judged.filter(({ report }) => report.asPredicted === false);
  if (strange.length > 0)
    sentences.push(
      `Not as predicted: ${named(strange)}. Their weights are not independent normal draws of mean 0; trained ones never are.`,
    );
  const recommended = verdict === 'healthy' ? undefined : recommend({ weighted, merges }, layers, run.training);
  if (recommended !== undefined) sentences.push(recommended.why);
  if (run.noGradient !== undefined) sentences.push(`Gradients could not be measured: ${run.noGradient}`);
  if (merges.length > 0)
    sentences.push(
      `Branches meet in ${quoted(merges)}: predictions start again from what is measured there.`,
    );
  for (const note of new Set(layers.flatMap(({ report }) => report.note ?? [])))
    sentences.push(
      `No prediction for ${named(layers.filter(({ report }) => report.note === note))}: ${note}.`,
    );
  return { verdict, summary: sentences.join('\n'), recommendation: recommended?.scheme };
}

type Judgement = Pick<Conclusion, 'verdict'> & { why: string };

function judge(
  layers: readonly Assessed[],
  { inputLogNorm, training }: { inputLogNorm: number; training: boolean },
): Judgement {
  const last = layers.at(-1);
  if (last === undefined)
    return {
      verdict: 'healthy',
      why: 'There is nothing to judge: the only layer has an activation for the loss.',
    };
  const end = last.report;
  const atEnd = `at '${end.name}' its log is ${comparison(end.logNorm)}, from ${fixed(inputLogNorm)} at the input`;
  let from = inputLogNorm;
  let entered = 'what entered';
  for (const { report, normalized } of layers) {
    const { measured, predicted } = report.logNorm;
    if (normalized && training) {
      from = measured ?? from;
      entered = 'what the last normalization gave';
    }
    const systematic = report.asPredicted ? predicted : measured;
    if (systematic === undefined || systematic === -Infinity) continue;
    const change = systematic - from;
    if (Math.abs(change) <= bound) continue;
    const size = change < 0 ? `below a tenth of ${entered}` : `above ten times ${entered}`;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    return {
      verdict,
      why: `The signal is ${verdict}: from '${report.name}' on, its norm per unit is ${Number.isNaN(change) ? 'not finite' : size}; ${atEnd}.`,
    };
  }
  if (last.zeros >= 0.5)
    return {
      verdict: 'dead',
      why: `Dead: '${end.name}' is zero for ${Math.round(100 * last.zeros)} % of the inputs.`,
    };
  return (
    judgeGradient(layers, end) ?? {
      verdict: 'healthy',
      why: `Healthy: the norm per unit stays within a factor of ten of ${entered}; ${atEnd}.`,
    }
  );
}

/** Its verdict if the gradient's size on its way back calls for one. */
function judgeGradient(layers: readonly Assessed[], end: LayerReport): Judgement | undefined {
  const endGradient = end.gradient.measured;
  for (const { report } of layers) {
    const { measured, spread } = report.gradient;
    if (measured === undefined || endGradient === undefined) continue;
    const change = measured - endGradient;
    if (Math.abs(change) <= gradientBound + 3 * (spread ?? end.logNorm.spread ?? 0)) continue;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    return {
      verdict,
      why: `The gradient is ${verdict}: at '${report.name}' the log of its norm is ${comparison(report.gradient)}, at '${end.name}' ${fixed(endGradient)}.`,
    };
  }
  return undefined;
}

/** The scheme nearest to the usual one, s = 2, that by theory keeps the norm within a factor of three over the depth. */
function recommend(
  { weighted, merges }: ModelReading,
  assessed: readonly Assessed[],
  training: boolean,
): { scheme: InitializationScheme | undefined; why: string } {
  const none = (why: string) => ({ scheme: undefined, why: `No scheme is advised${why}.` });
  const drawn = weighted.filter(({ kernels }) => kernels.length > 0);
  const unread = drawn.filter(({ law }) => law instanceof Unreadable).map(({ layer }) => layer);
  if (unread.length > 0)
    return none(` without the law behind ${quoted(unread)}: pass the nearest one in activations`);
  // joined side by side, branches keep their mean square; added, they do not
  const sums = merges.filter((layer) => layer.getClassName() !== 'Concatenate');
  if (sums.length > 0)
    return none(
      `: where branches meet, in ${quoted(sums)}, the norm changes whatever each of them preserves. Scale them there`,
    );
  const normalized = assessed.filter((layer) => layer.normalized);
  if (normalized.length > 0 && training)
    return none(`: behind ${named(normalized)} a normalization sets the norm, whatever the weights`);
  const { scheme, change, spread } = nearestScheme(drawn, training);
  if (scheme === undefined)
    return {
      scheme,
      why: `This is dropout's: in training the norm can be preserved, without dropout it then changes by ${fixed(change)} over the depth. See the report with training: true.`,
    };
  const kept = weighted.filter((layer) => !drawn.includes(layer)).map(({ layer }) => `'${layer.name}'`);
  const parameters = [
    `scheme: '${scheme.scheme}'`,
    's' in scheme ? `s: ${scheme.s}` : [],
    'seed',
    kept.length > 0 ? `keep: [${kept.join(', ')}]` : [],
  ].flat();
  const biased = assessed.filter((layer) => layer.biased);
  const once =
    biased.length > 0 ? `, once the biases of ${named(biased)} are zero: it leaves them as they are` : '';
  return {
    scheme,
    why: `Recommended: initializeModel(model, { ${parameters.join(', ')} }); layer after layer, the log-norm then changes by ${fixed(change)} ± ${fixed(spread)} over the depth${once}.`,
  };
}

/** That scheme, undefined if there is none without dropout; with the change of the log-norm that it leaves. */
function nearestScheme(
  weighted: readonly WeightedLayer[],
  training: boolean,
): { scheme: InitializationScheme | undefined; change: number; spread: number } {
  const layers = weighted.map(({ layer, law, kernels }) => {
    const activation = law as Exclude<typeof law, Unreadable>;
    const width = layer.getWeights()[kernels.at(-1)!.weight]!.shape.at(-1)!;
    const inTraining = logNormMoments({ activation, width });
    const here = training ? inTraining : logNormMoments({ activation: inEvaluation(activation), width });
    return { activation, width, critical: inTraining.mean, ...here };
  });
  const total = (f: (layer: (typeof layers)[number]) => number) =>
    layers.reduce((sum, each) => sum + f(each), 0);
  /** The change of the log-norm over the depth with standard deviations that preserve the moment of order s. */
  const changeAt = (s: number) =>
    total(
      ({ activation, width, mean }) => mean - Math.log(momentFactor({ activation, width, order: s })) / s,
    );
  const spread = Math.sqrt(total(({ variance }) => variance));
  const orders = Array.from({ length: 20 }, (_, i) => (20 - i) / 10);
  const s = orders.find((order) => Math.abs(changeAt(order)) <= bound / 2);
  if (s === 2) return { scheme: { scheme: 'kaimingNormal' }, change: changeAt(2), spread };
  if (s !== undefined) return { scheme: { scheme: 'momentPreserving', s }, change: changeAt(s), spread };
  const change = total(({ mean, critical }) => mean - critical);
  return { scheme: Math.abs(change) <= bound / 2 ? { scheme: 'lyapunov' } : undefined, change, spread };
}

function named(layers: readonly Assessed[]): string {
  return quoted(layers.map(({ report }) => report));
}

function quoted(layers: readonly Pick<Layer, 'name'>[]): string {
  const names = layers.map(({ name }) => `'${name}'`);
  return names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
