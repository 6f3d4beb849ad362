import { type Activation, inEvaluation } from '../core/activations';
import { registeredTensorFlow } from '../tensorflow/registry';
import { type LawOfLayers, lawOfLayers } from '../theory/lawOfLayers';
import { logNormMoments } from '../theory/logNorm';
import { momentFactor } from '../theory/moments';
import { type LayerVariable, Unreadable } from './layerKinds';
import { average, mean } from './logNorms';
import type { Measured } from './measure';
import type { TfTensor } from './modelGraph';
import type { LayerCall } from './readModel';
import type { Reference, References } from './references';
import type { LayerReport } from './report';

/** A dense layer for which there are predictions. */
interface Theory {
  activation: Activation;
  width: number;
  fanIn: number;
  weightStd: number;
  /** Mean and variance of the layer's contribution to log(‖x‖/√size). */
  mean: number;
  variance: number;
}

/** A layer's report, and the state from which later predictions start. */
export interface Assessed {
  report: { -readonly [K in keyof LayerReport]: LayerReport[K] };
  theory: Theory | undefined;
  /** Whether its biases are not all zero. */
  biased: boolean;
  /** Whether a normalization follows it. */
  normalized: boolean;
  /** What the verdict compares its log-norm with. */
  references: readonly Reference[];
  /** Where its prediction starts: log(‖x‖/√size) and the size there, and the layers from there on. */
  start: { logNorms: ArrayLike<number>; size: number; layers: Theory[] };
}

/** The context shared by all layers of a report. */
interface Context {
  training: boolean;
  /** The order of the moment. */
  s: number;
  references: References;
  /** The number of layers to be compared with their predictions. */
  count: number;
  /** The root mean square of every kernel. */
  scales: ReadonlyMap<LayerVariable, number>;
  /** The value of a weight. */
  currentValue(variable: LayerVariable): TfTensor;
  /** What is assessed so far. */
  assessed: ReadonlyMap<LayerCall, Assessed>;
}

/** Probability that, in a model of independent normal weights, any layer is reported as not predicted. */
const falseAlarm = 1e-3;
/** Rounding error of a log-norm in float32. */
const rounding = 1e-4;

/**
 * The measurements of an application of a layer and, where there are any, its predictions, except that of the
 * gradient.
 */
export function assess(application: LayerCall, measured: Measured, context: Context): Assessed {
  const { call, follow, source } = application;
  const { layer, law, kernels, bias } = application.of;
  const { training, s, references, count, scales, currentValue, assessed } = context;
  const reference = references.inputOf(call);
  const last = kernels.at(-1);
  const kernel = last && currentValue(last.variable);
  const weightStd = last && scales.get(last.variable);
  const activation = law instanceof Unreadable ? undefined : training ? law : inEvaluation(law);
  const width = last?.units;
  const biased = bias !== undefined && scalar(() => currentValue(bias).abs().max()) !== 0;
  const note = withoutTheory(application, measured, { weightStd, biased });
  const theory =
    note === undefined
      ? theoryOf({ activation: activation!, width: width!, fanIn: kernel!.shape[0]!, weightStd: weightStd! })
      : undefined;
  const relative = (f: (change: number) => number) =>
    averageOverInputs(measured.output, reference, (x, from) => f(x - from));
  const report: Assessed['report'] = {
    name: layer.name,
    kind: layer.getClassName(),
    width,
    activation,
    weightStd,
    logNorm: { measured: mean(measured.output), predicted: undefined, spread: undefined },
    moment: { measured: relative((change) => Math.exp(s * change)), predicted: undefined },
    smallShare: { measured: relative((change) => (change < Math.log(0.1) ? 1 : 0)), predicted: undefined },
    deadShare: { measured: measured.dead, predicted: undefined },
    gradient: { measured: mean(measured.gradient), predicted: undefined, spread: undefined },
    asPredicted: undefined,
    note,
  };
  const before = source && assessed.get(source);
  const start =
    theory !== undefined && before?.report.asPredicted
      ? { ...before.start, layers: [...before.start.layers, theory] }
      : { logNorms: measured.input, size: kernel?.shape[0] ?? 0, layers: theory ? [theory] : [] };
  if (theory !== undefined) predict(report, theory, start, measured, { s, reference, count });
  return {
    report,
    theory,
    biased,
    normalized: follow.normalized,
    references: references.of(call),
    start,
  };
}

function predict(
  report: Assessed['report'],
  theory: Theory,
  { logNorms, size, layers }: Assessed['start'],
  measured: Measured,
  { s, reference, count }: { s: number; reference: ArrayLike<number>; count: number },
): void {
  const law = lawOfLayers(layers);
  const perUnit = 0.5 * Math.log(size / theory.width);
  const spread = Math.sqrt(law.variance);
  report.logNorm = { ...report.logNorm, predicted: mean(logNorms)! + law.mean + perUnit, spread };
  const growth = layers.reduce(
    (product, { activation, width, weightStd }) =>
      product * weightStd ** s * momentFactor({ activation, width, order: s }),
    Math.exp(s * perUnit),
  );
  const before = averageOverInputs(logNorms, reference, (x, from) => Math.exp(s * (x - from)));
  report.moment = { ...report.moment, predicted: before && growth * before };
  const small = (logNorm: number, from: number) => {
    const below = law.cdf(from - logNorm - perUnit - Math.LN10 - law.mean);
    const probability = law.zeroProbability + (1 - law.zeroProbability) * below;
    return Math.round(probability * 1e9) / 1e9; // the accuracy of the law
  };
  report.smallShare = {
    ...report.smallShare,
    predicted:
      logNorms === reference
        ? small(0, 0)
        : averageOverInputs(logNorms, reference, (x, from) => (x === -Infinity ? 1 : small(x, from))),
  };
  report.deadShare = { ...report.deadShare, predicted: expectedDeadShare(theory.activation, measured) };
  const here = mean(differences(measured.output, measured.input));
  const sinceStart = mean(differences(measured.output, logNorms));
  if (here === undefined || sinceStart === undefined) return;
  // two tests a layer, each with two tails
  const level = falseAlarm / (4 * count);
  report.asPredicted =
    isPlausible(here - theory.mean, theory.variance, () => lawOfLayers([theory]), level) &&
    isPlausible(sinceStart - law.mean - perUnit, law.variance, () => law, level);
}

/** Whether a deviation from the mean is within four standard deviations, or in no tail below `level`. */
function isPlausible(deviation: number, variance: number, law: () => LawOfLayers, level: number): boolean {
  if (Math.abs(deviation) <= 4 * Math.sqrt(variance) + rounding) return true;
  const below = law().cdf(deviation);
  return Math.min(below, 1 - below) > level;
}

function theoryOf(layer: Omit<Theory, 'mean' | 'variance'>): Theory {
  const { activation, width, fanIn, weightStd } = layer;
  const { mean, variance } = logNormMoments({ activation, width });
  return { ...layer, mean: mean + Math.log(weightStd) + 0.5 * Math.log(fanIn / width), variance };
}

/** Why there is no prediction for the layer; undefined if there is one. */
function withoutTheory(
  { of: { layer, law, kernels, applications, head }, follow }: LayerCall,
  { rank, input, output }: Measured,
  { weightStd, biased }: { weightStd: number | undefined; biased: boolean },
): string | undefined {
  const kind = layer.getClassName();
  if (kernels.length === 0) return `there is no theory for layers of type ${kind}`;
  if (output.length === 0) return 'its part of the concatenation that follows cannot be told apart';
  if (kind !== 'Dense' || rank !== 2) return 'its output is a feature map, whose positions share weights';
  if (applications.length > 1) return 'it is applied more than once';
  const unread = [law, follow.law].find((each) => each instanceof Unreadable);
  if (unread !== undefined) return unread.reason.replace(`layer '${layer.name}'`, 'it');
  if (head !== undefined) return `it is measured after its ${head} activation`;
  if (follow.normalized) return 'a normalization follows it';
  if (follow.altered !== undefined) return `'${follow.altered.name}' follows before its activation`;
  if (mean(input) === -Infinity) return 'its input is zero';
  if (!(weightStd! > 0 && weightStd! < Infinity)) return `its weight standard deviation is ${weightStd}`;
  if (biased) return 'its biases are not zero';
  if (!Number.isFinite(mean(input))) return 'its input is not finite';
  return undefined;
}

/** Expected share of dead units: never positive, or dropped each time. docs/theory.md, equation (69). */
function expectedDeadShare(
  { lower, upper, keep }: Activation,
  { active, output }: Measured,
): number | undefined {
  if (lower !== 0 || upper !== 0) return (1 - keep) ** output.length;
  return average(active, (count) => (1 - keep) ** count);
}

/**
 * Predicts the gradient from the one after the next layer, if there is a prediction for that layer and it has
 * as many inputs as units: docs/theory.md, equation (66).
 */
export function assessGradient(application: LayerCall, assessed: ReadonlyMap<LayerCall, Assessed>): void {
  const { report } = assessed.get(application)!;
  const next = application.next && assessed.get(application.next);
  if (next?.theory === undefined || next.theory.fanIn !== next.theory.width) return;
  const { measured, predicted, spread } = next.report.gradient;
  if (measured === undefined) return;
  report.gradient = {
    ...report.gradient,
    predicted: (predicted ?? measured) + next.theory.mean,
    spread: Math.hypot(spread ?? 0, Math.sqrt(next.theory.variance)),
  };
}

/** The average, over the non-zero inputs, of a function of a log-norm and the input's own log-norm. */
function averageOverInputs(
  logNorms: ArrayLike<number>,
  reference: ArrayLike<number>,
  f: (logNorm: number, reference: number) => number,
): number | undefined {
  const pairs = Array.from(logNorms, (x, i): [number, number] => [x, reference[i]!]);
  return average(
    pairs.filter(([, from]) => from !== -Infinity),
    ([x, from]) => f(x, from),
  );
}

function differences(to: ArrayLike<number>, from: ArrayLike<number>): number[] {
  return Array.from(to, (x, i) => x - from[i]!).filter(Number.isFinite);
}

/** The root mean square of a kernel, an estimate of the weight standard deviation. */
export function rootMeanSquare(kernel: TfTensor): number {
  return scalar(() => kernel.square().mean().sqrt());
}

function scalar(compute: () => TfTensor): number {
  return registeredTensorFlow().tidy(() => compute().dataSync()[0]!);
}
