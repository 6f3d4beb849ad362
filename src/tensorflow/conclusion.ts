import { inEvaluation } from '../activations';
import { logNormMoments } from '../theory/logNorm';
import { momentFactor } from '../theory/moments';
import type { Verdict } from './initializationReport';
import type { InitializationScheme } from './initializeModel';
import type { Assessed } from './prediction';
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
  mend: InitializationScheme | undefined;
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
  const { verdict, why } = judge(judged, run.inputLogNorm);
  const sentences = [why];
  const strange = judged.filter(({ report }) => report.asPredicted === false);
  if (strange.length > 0)
    sentences.push(
      `Not as predicted: ${named(strange)}. The weights are no independent normal draws of mean 0; those of a trained network are none.`,
    );
  const mend = verdict === 'healthy' ? undefined : mending(weighted, run.training);
  if (mend !== undefined) sentences.push(mend.why);
  if (run.noGradient !== undefined) sentences.push(`Gradients could not be measured: ${run.noGradient}`);
  if (merges.length > 0)
    sentences.push(
      `Branches meet in ${quoted(merges)}: predictions start again from what is measured there.`,
    );
  for (const note of new Set(layers.flatMap(({ report }) => report.note ?? [])))
    sentences.push(
      `No prediction for ${named(layers.filter(({ report }) => report.note === note))}: ${note}.`,
    );
  return { verdict, summary: sentences.join('\n'), mend: mend?.scheme };
}

function judge(layers: readonly Assessed[], inputLogNorm: number): { verdict: Verdict; why: string } {
  const last = layers.at(-1);
  if (last === undefined)
    return {
      verdict: 'healthy',
      why: 'There is nothing to judge: the only layer has an activation for the loss.',
    };
  const end = last.report;
  if (last.zeros >= 0.5)
    return {
      verdict: 'dead',
      why: `Dead: '${end.name}' is zero for ${Math.round(100 * last.zeros)} % of the inputs.`,
    };
  const atEnd = `at '${end.name}' its log is ${comparison(end.logNorm)}, from ${fixed(inputLogNorm)} at the input`;
  for (const { report } of layers) {
    const systematic = report.asPredicted ? report.logNorm.predicted : report.logNorm.measured;
    if (systematic === undefined) continue;
    const change = systematic - inputLogNorm;
    if (Math.abs(change) <= bound) continue;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    const size = change < 0 ? 'below a tenth' : 'not below ten times';
    return {
      verdict,
      why: `The signal is ${verdict}: from '${report.name}' on, its norm per unit is ${size} of what entered; ${atEnd}.`,
    };
  }
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
  return {
    verdict: 'healthy',
    why: `Healthy: the norm per unit stays within a factor of ten of what entered; ${atEnd}.`,
  };
}

/** The scheme nearest to the usual one, s = 2, that by theory keeps the norm within a factor of three over the depth. */
function mending(
  weighted: readonly WeightedLayer[],
  training: boolean,
): { scheme: InitializationScheme | undefined; why: string } {
  const unread = weighted.filter(({ law }) => law instanceof Unreadable).map(({ layer }) => layer);
  if (unread.length > 0)
    return { scheme: undefined, why: `No scheme is advised without the law behind ${quoted(unread)}.` };
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
  const change = s === undefined ? total(({ mean, critical }) => mean - critical) : changeAt(s);
  if (Math.abs(change) > bound / 2)
    return {
      scheme: undefined,
      why: `This is dropout's: in training the norm can be preserved, without dropout it then changes by ${fixed(change)} over the depth. See the report with training: true.`,
    };
  const scheme: InitializationScheme =
    s === undefined
      ? { scheme: 'lyapunov' }
      : s === 2
        ? { scheme: 'kaimingNormal' }
        : { scheme: 'momentPreserving', s };
  const call = `initializeModel(model, { scheme: '${scheme.scheme}', ${'s' in scheme ? `s: ${s}, ` : ''}seed })`;
  return {
    scheme,
    why: `What mends it: ${call}; layer after layer, the log-norm then changes by ${fixed(change)} ± ${fixed(spread)} over the depth. Biases stay as they are.`,
  };
}

function named(layers: readonly Assessed[]): string {
  return quoted(layers.map(({ report }) => report));
}

function quoted(layers: readonly Pick<Layer, 'name'>[]): string {
  const names = layers.map(({ name }) => `'${name}'`);
  return names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
