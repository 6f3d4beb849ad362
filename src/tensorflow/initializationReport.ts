import { type Activation, activationName, inEvaluation } from '../activations';
import { chart } from '../charts/chart';
import type { Figure } from '../charts/figure';
import { band, line, points, rule } from '../charts/marks';
import { panels } from '../charts/panels';
import { logNormMoments } from '../theory/logNorm';
import { momentFactor } from '../theory/moments';
import { outputLaw } from '../theory/outputLaw';
import { received, requireNumber } from '../validation';
import type { InitializationScheme } from './initializeModel';
import { registeredTensorFlow } from './initializers';
import { type Measured, measure, type Tensor } from './measure';
import {
  type Layer,
  type LayersModel,
  type ReadingOptions,
  readModel,
  Unreadable,
  type WeightedLayer,
} from './readModel';

/** A quantity beside what theory predicts for it; undefined where there is nothing to measure or no theory. */
export interface Compared {
  readonly measured: number | undefined;
  readonly predicted: number | undefined;
}

/** One layer with weights, measured after its activation and dropout. */
export interface LayerReport {
  /** The layer's name. */
  readonly name: string;
  /** TensorFlow.js' name for its kind: 'Dense', 'Conv2D' … */
  readonly kind: string;
  /** Units, or output channels; undefined where the kernel is unknown. */
  readonly width: number | undefined;
  /** The law of its activation and dropout; undefined where it could not be read. */
  readonly activation: Activation | undefined;
  /** Root mean square of its kernel. */
  readonly weightStd: number | undefined;
  /**
   * Mean over the inputs of log(‖x‖/√size). The prediction is that over re-draws of the weights, whose standard
   * deviation for one input is `spread`.
   */
  readonly logNorm: Compared & { readonly spread: number | undefined };
  /** Mean over the inputs of (‖x‖/√size)ˢ, relative to what enters the first layer. */
  readonly moment: Compared;
  /** Share of inputs whose ‖x‖/√size is below a tenth of what enters the first layer. */
  readonly small: Compared;
  /** Share of units that are zero for every input. */
  readonly dead: Compared;
  /** Mean over the inputs of log‖∂L/∂x‖, L being the output's product with one random vector of norm 1. */
  readonly gradient: Compared & { readonly spread: number | undefined };
  /** Whether the log-norm is within four standard deviations of its prediction. */
  readonly asPredicted: boolean | undefined;
  /** Why there is no prediction. */
  readonly note: string | undefined;
}

/** What becomes of the signal: it keeps its size, vanishes, grows out of bounds, or is zero. */
export type Verdict = 'healthy' | 'vanishing' | 'exploding' | 'dead';

/** How far the log of a norm may go from where it started: a factor of ten; of a gradient's, a hundred. */
const bound = Math.LN10;
const gradientBound = 2 * Math.LN10;

/** Diagnosis of a model's initialization, from initializationReport. As text, or printed, it is a table. */
export class InitializationReport {
  constructor(
    /** How many inputs were used. */
    readonly inputs: number,
    /** Whether dropout and normalization worked as in training. */
    readonly training: boolean,
    /** The order of the moment. */
    readonly s: number,
    /** log(‖x‖/√size) of what enters the first layer with weights, in the mean over the inputs. */
    readonly inputLogNorm: number,
    readonly layers: readonly LayerReport[],
    readonly verdict: Verdict,
    /** The verdict, why, what mends it and what theory leaves out, in sentences. */
    readonly summary: string,
    /** Scheme for initializeModel that mends it; undefined if it is healthy or none does. */
    readonly mend: InitializationScheme | undefined,
  ) {}

  toString(): string {
    return `${this.summary}\n\n${table(this)}`;
  }

  /** Log-norms and gradients over the layers, measured and predicted, with a band of two standard deviations. */
  chart(): Figure {
    return reportChart(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * Measures a layers model on some inputs, layer by layer, beside what theory predicts for its widths, activations,
 * dropout and weights: does the signal vanish or explode with depth, and which scheme would mend it?
 *
 * Predicted are, for dense layers with normal weights of the standard deviation found in the kernel: the log-norm with
 * its spread over re-draws of the weights, the moment of order s and the probability of small outputs, by outputLaw
 * and momentFactor; dead units, by fresh units on the same inputs; and in stacks of one width the gradient's norm,
 * which by our own derivation changes from layer to layer as the signal's does, since a row of Wᵀ meets the active units
 * as a row of W met them (confirmed by simulation; the gradient's part along x is neglected, one of `width`).
 * Predictions start from what enters the first layer, and again from what was measured after a layer without one.
 * There is none for layers with biases that are not zero, for feature maps, behind sums of branches, at
 * normalizations, for activations that cannot be read: the report says so.
 *
 * The verdict is by the systematic part of the log-norm, that is the prediction where it holds and the measured value
 * elsewhere: more than a factor of ten below or above what entered is vanishing or exploding; a gradient that changes
 * a hundredfold, beyond three spreads, is too.
 * @param model of the TensorFlow.js registered last; it is left as it was
 * @param options `inputs`: a batch for the model, or a list of batches if it has several inputs;
 *   `training` (default true): with dropout, and normalization by the batch, as in training: what an initialization
 *   preserves; false: as in evaluation. `s`: order of the moment, in [0.01, 2], default 1. `activations`: the law of layers that
 *   cannot be read, by name.
 * @throws (rejects) TypeError or RangeError naming the argument at fault; Error if the model has no kernel.
 * @example
 * const { tf } = await loadTensorFlow();
 * const layers = Array.from({ length: 20 }, () => tf.layers.dense({ units: 64, activation: 'relu', inputShape: [64] }));
 * const model = tf.sequential({ layers });
 * const inputs = tf.randomNormal([100, 64], 0, 1, 'float32', 1);
 * const report = await initializationReport(model, { inputs });
 * report.verdict // 'vanishing'
 * initializeModel(model, { ...report.mend, seed: 1 });
 * (await initializationReport(model, { inputs })).verdict // 'healthy'
 */
export async function initializationReport(
  model: LayersModel,
  options: { inputs: Tensor | Tensor[]; training?: boolean; s?: number } & ReadingOptions,
): Promise<InitializationReport> {
  const { inputs, training = true, s = 1, ...reading } = options;
  requireNumber('s', s, { atLeast: 0.01, atMost: 2 });
  if (typeof training !== 'boolean')
    throw new TypeError(`training must be true or false; got ${received(training)}`);
  const batch = [inputs].flat()[0];
  const count = batch?.shape?.[0];
  if (count === undefined || count < 1)
    throw new TypeError(
      `inputs must be a tensor, a batch of inputs; got ${count === undefined ? typeof batch : `shape [${batch!.shape}]`}`,
    );
  const { weighted: read, merges } = readModel(model, reading);
  const first = read.find(({ kernels }) => kernels.length > 0);
  if (first === undefined) throw new Error('the model has no dense or convolutional layer');
  const { measured, noGradient } = await measure(model, read, inputs, {
    training,
    wantsActive: ({ layer, law }) =>
      layer.getClassName() === 'Dense' && !(law instanceof Unreadable) && law.lower === 0 && law.upper === 0,
  });
  const reference = measured.get(first)!.input;
  const inputLogNorm = mean(reference);
  if (inputLogNorm === undefined || !Number.isFinite(inputLogNorm))
    throw new RangeError(
      `inputs must be finite and not all zero; the mean of their log-norms is ${inputLogNorm}`,
    );
  const assessed = new Map<WeightedLayer, Assessed>();
  for (const layer of read)
    assessed.set(layer, await assess(layer, measured.get(layer)!, reference, { training, s, assessed }));
  for (const layer of [...read].reverse()) assessGradient(layer, assessed);
  const layers = read.map((layer) => assessed.get(layer)!.report);
  const conclusion = conclude(read, merges, assessed, { inputLogNorm, training, noGradient });
  return new InitializationReport(count, training, s, inputLogNorm, layers, ...conclusion);
}

/**
 * Returns if the report's verdict is 'healthy', for test suites.
 * @throws Error with the report's summary and table otherwise; TypeError if `report` is none.
 * @example
 * const { tf } = await loadTensorFlow();
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 64, activation: 'relu', inputShape: [64] })] });
 * initializeModel(model, { scheme: 'momentPreserving', s: 1, seed: 0 });
 * const report = await initializationReport(model, { inputs: tf.randomNormal([100, 64], 0, 1, 'float32', 1) });
 * assertHealthy(report);
 * report.verdict // 'healthy'
 */
export function assertHealthy(report: InitializationReport): void {
  if (!(report instanceof InitializationReport))
    throw new TypeError(`report must come from initializationReport; got ${received(report)}`);
  if (report.verdict !== 'healthy') throw new Error(String(report));
}

/** A dense layer as theory sees it. */
interface Theory {
  activation: Activation;
  width: number;
  fanIn: number;
  weightStd: number;
  /** Mean and variance of what it adds to log(‖x‖/√size). */
  mean: number;
  variance: number;
}

/** A layer's report with what the next layers' predictions start from. */
interface Assessed {
  report: { -readonly [K in keyof LayerReport]: LayerReport[K] };
  theory: Theory | undefined;
  /** Share of inputs for which its output is zero. */
  zeros: number;
  /** Where its prediction starts: log(‖x‖/√size) there, the width, and the layers since. */
  start: { logNorms: ArrayLike<number>; width: number; layers: Theory[] };
}

async function assess(
  weighted: WeightedLayer,
  measured: Measured,
  reference: ArrayLike<number>,
  context: { training: boolean; s: number; assessed: ReadonlyMap<WeightedLayer, Assessed> },
): Promise<Assessed> {
  const { layer, law, kernels } = weighted;
  const { training, s, assessed } = context;
  const kernel = kernels.length > 0 ? layer.getWeights()[kernels.at(-1)!.weight]! : undefined;
  const width = kernel?.shape.at(-1);
  const weightStd = kernel && (await scalar(() => kernel.square().mean().sqrt()));
  const activation = law instanceof Unreadable ? undefined : training ? law : inEvaluation(law);
  const note = await withoutTheory(weighted, measured, weightStd);
  const theory =
    note === undefined
      ? theoryOf({ activation: activation!, width: width!, fanIn: kernel!.shape[0]!, weightStd: weightStd! })
      : undefined;
  const report: Assessed['report'] = {
    name: layer.name,
    kind: layer.getClassName(),
    width,
    activation,
    weightStd,
    logNorm: { measured: mean(measured.output), predicted: undefined, spread: undefined },
    moment: {
      measured: average(measured.output, (x, i) => Math.exp(s * (x - reference[i]!))),
      predicted: undefined,
    },
    small: {
      measured: average(measured.output, (x, i) => (x - reference[i]! < Math.log(0.1) ? 1 : 0)),
      predicted: undefined,
    },
    dead: { measured: measured.dead, predicted: undefined },
    gradient: { measured: mean(measured.gradient), predicted: undefined, spread: undefined },
    asPredicted: undefined,
    note,
  };
  const fresh = { logNorms: measured.input, width: theory?.fanIn ?? 0, layers: theory ? [theory] : [] };
  const zeros = average(measured.output, (x) => (x === -Infinity ? 1 : 0)) ?? 0;
  if (theory === undefined) return { report, theory, zeros, start: fresh };
  const before = weighted.source && assessed.get(weighted.source);
  const start = before?.report.asPredicted
    ? { ...before.start, layers: [...before.start.layers, theory] }
    : fresh;
  const { logNorms, layers } = start;
  const total = outputLaw({
    layers: layers.map((each) => ({ ...each })),
    input: 1,
  });
  const perUnit = 0.5 * Math.log(start.width / theory.width);
  const spread = Math.sqrt(total.variance);
  report.logNorm = { ...report.logNorm, predicted: mean(logNorms)! + total.mean + perUnit, spread };
  const factor = layers.reduce(
    (product, each) => product * each.weightStd ** s * momentFactor({ ...each, order: s }),
    Math.exp(s * perUnit),
  );
  report.moment = {
    ...report.moment,
    predicted: factor * average(logNorms, (x, i) => Math.exp(s * (x - reference[i]!)))!,
  };
  // probabilities below its accuracy are none
  const below = (log: number) => Math.round(total.probabilityBelow(Math.exp(log)) * 1e9) / 1e9;
  const toTenth = Math.log(0.1) - perUnit;
  report.small = {
    ...report.small,
    predicted:
      logNorms === reference
        ? below(toTenth)
        : average(logNorms, (x, i) => (x === -Infinity ? 1 : below(toTenth + reference[i]! - x))),
  };
  report.dead = { ...report.dead, predicted: deadShare(theory.activation, measured) };
  const added = mean(pairedDifferences(measured.output, measured.input));
  const sinceStart = mean(pairedDifferences(measured.output, logNorms));
  if (added !== undefined && sinceStart !== undefined)
    report.asPredicted =
      Math.abs(added - theory.mean) <= 4 * Math.sqrt(theory.variance) + rounding &&
      Math.abs(sinceStart - total.mean - perUnit) <= 4 * spread + rounding;
  return { report, theory, zeros, start };
}

/** What float32 may add to a log-norm. */
const rounding = 1e-4;

function theoryOf(layer: Omit<Theory, 'mean' | 'variance'>): Theory {
  const { mean, variance } = logNormMoments(layer);
  return {
    ...layer,
    mean: mean + Math.log(layer.weightStd) + 0.5 * Math.log(layer.fanIn / layer.width),
    variance,
  };
}

/** Why theory says nothing of the layer; undefined where it does. */
async function withoutTheory(
  { layer, law, kernels, normalized, head }: WeightedLayer,
  { rank, calls, input }: Measured,
  weightStd: number | undefined,
): Promise<string | undefined> {
  const kind = layer.getClassName();
  if (kernels.length === 0) return `no theory for a ${kind}`;
  if (kind !== 'Dense' || rank !== 2) return 'a feature map, whose places share weights';
  if (calls > 1) return 'it is applied more than once';
  if (law instanceof Unreadable) return law.reason.split(':')[0]!;
  if (head !== undefined) return `measured after the ${head} fused with it`;
  if (normalized) return 'it is normalized';
  if (mean(input) === -Infinity) return 'only zeros enter it';
  if (!(weightStd! > 0 && weightStd! < Infinity)) return `its weights' standard deviation is ${weightStd}`;
  const bias = layer.getWeights()[1];
  if (bias && (await scalar(() => bias.abs().max())) !== 0) return 'its bias is not zero';
  return undefined;
}

/** Share of fresh units that are zero for every input. */
function deadShare({ lower, upper, keep }: Activation, { active, output }: Measured): number {
  if (lower !== 0 || upper !== 0) return (1 - keep) ** output.length;
  return average(active, (count) => (1 - keep) ** count)!;
}

/** The gradient's norm changes from a layer's input to its output as the signal's does, where both have one width. */
function assessGradient(layer: WeightedLayer, assessed: ReadonlyMap<WeightedLayer, Assessed>): void {
  const { report } = assessed.get(layer)!;
  const next = layer.next && assessed.get(layer.next);
  if (next?.theory === undefined || next.theory.fanIn !== next.theory.width) return;
  if (next.report.gradient.measured === undefined) return;
  const { predicted, spread } = next.report.gradient;
  report.gradient = {
    ...report.gradient,
    predicted: (predicted ?? next.report.gradient.measured) + next.theory.mean,
    spread: Math.hypot(spread ?? 0, Math.sqrt(next.theory.variance)),
  };
}

type Conclusion = [verdict: Verdict, summary: string, mend: InitializationScheme | undefined];

function conclude(
  read: readonly WeightedLayer[],
  merges: readonly Layer[],
  assessed: ReadonlyMap<WeightedLayer, Assessed>,
  run: { inputLogNorm: number; training: boolean; noGradient: string | undefined },
): Conclusion {
  const { inputLogNorm, training, noGradient } = run;
  const layers = read.map((layer) => assessed.get(layer)!);
  // values after a softmax fused with the last layer say nothing of the signal
  const rows = read.flatMap((layer, i) => (layer.head === undefined ? [layers[i]!] : []));
  const { verdict, why } = judge(rows, inputLogNorm);
  const sentences = [why];
  const strange = rows.filter(({ report }) => report.asPredicted === false);
  if (strange.length > 0)
    sentences.push(
      `Not as predicted: ${names(strange)}; ${strange.length === 1 ? 'its' : 'their'} weights are no independent normal draws of mean 0, as those of a trained network.`,
    );
  const mend = verdict === 'healthy' ? undefined : mending(read, training);
  if (mend) sentences.push(mend.why);
  if (noGradient !== undefined) sentences.push(`Gradients could not be measured: ${noGradient}`);
  if (merges.length > 0)
    sentences.push(
      `Branches meet in ${quoted(merges)}: predictions start again from what was measured behind.`,
    );
  const notes = new Set(layers.flatMap(({ report }) => report.note ?? []));
  for (const note of notes)
    sentences.push(
      `No prediction for ${names(layers.filter(({ report }) => report.note === note))}: ${note}.`,
    );
  return [verdict, sentences.join('\n'), mend?.scheme];
}

function judge(rows: readonly Assessed[], inputLogNorm: number): { verdict: Verdict; why: string } {
  const last = rows.at(-1);
  if (last === undefined)
    return { verdict: 'healthy', why: 'There is nothing to judge before the last softmax.' };
  if (last.zeros >= 0.5)
    return {
      verdict: 'dead',
      why: `Dead: '${last.report.name}' is zero for ${percent(last.zeros)} of the inputs.`,
    };
  const changes = rows.flatMap(({ report }) => {
    const systematic = report.asPredicted ? report.logNorm.predicted : report.logNorm.measured;
    return systematic === undefined ? [] : [{ report, change: systematic - inputLogNorm }];
  });
  const outside = changes.find(({ change }) => !(Math.abs(change) <= bound));
  const end = `at '${last.report.name}' its log is ${comparison(last.report.logNorm)}, from ${fixed(inputLogNorm)} at the input`;
  if (outside !== undefined) {
    const { report, change } = outside;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    const becomes = change < 0 ? 'below a tenth' : 'above ten times';
    return {
      verdict,
      why: `The signal is ${verdict}: from '${report.name}' on, its norm per unit is ${becomes} of what entered; ${end}.`,
    };
  }
  const lastGradient = last.report.gradient.measured;
  for (const { report } of rows) {
    const { measured, spread } = report.gradient;
    if (measured === undefined || lastGradient === undefined) continue;
    const change = measured - lastGradient;
    if (Math.abs(change) <= gradientBound + 3 * (spread ?? last.report.logNorm.spread ?? 0)) continue;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    return {
      verdict,
      why: `The gradient is ${verdict}: at '${report.name}' the log of its norm is ${comparison(report.gradient)}, at '${last.report.name}' ${fixed(lastGradient)}.`,
    };
  }
  return {
    verdict: 'healthy',
    why: `Healthy: the norm per unit stays within a factor of ten of what entered; ${end}.`,
  };
}

/** The change of the log-norm over all layers whose law is known, with its spread, by the scheme of order s. */
function depthOf(read: readonly WeightedLayer[]): (s: number) => { change: number; spread: number } {
  const laws = read.flatMap(({ layer, law, kernels }) => {
    if (law instanceof Unreadable || kernels.length === 0) return [];
    const width = layer.getWeights()[kernels.at(-1)!.weight]!.shape.at(-1)!;
    return [{ activation: law, width, ...logNormMoments({ activation: law, width }) }];
  });
  const spread = Math.sqrt(laws.reduce((sum, { variance }) => sum + variance, 0));
  return (s) => ({
    change: laws.reduce(
      (sum, { activation, width, mean }) =>
        sum + mean - Math.log(momentFactor({ activation, width, order: s })) / s,
      0,
    ),
    spread,
  });
}

/** The scheme nearest to the usual one, s = 2, that keeps the norm within a factor of three over the depth. */
function mending(
  read: readonly WeightedLayer[],
  training: boolean,
): { scheme: InitializationScheme | undefined; why: string } {
  const depth = depthOf(read);
  const orders = Array.from({ length: 20 }, (_, i) => (20 - i) / 10);
  const s = orders.find((order) => Math.abs(depth(order).change) <= bound / 2);
  const scheme: InitializationScheme =
    s === undefined
      ? { scheme: 'lyapunov' }
      : s === 2
        ? { scheme: 'kaimingNormal' }
        : { scheme: 'momentPreserving', s };
  const { change, spread } = s === undefined ? { ...depth(2), change: 0 } : depth(s);
  const call = `initializeModel(model, { scheme: '${scheme.scheme}', ${scheme.scheme === 'momentPreserving' ? `s: ${s}, ` : ''}seed })`;
  const dropped = read.some(({ law }) => !(law instanceof Unreadable) && law.keep < 1);
  return {
    scheme,
    why:
      `What mends it: ${call}, with which the log-norm changes by ${fixed(change)} ± ${fixed(spread)} over the depth` +
      (dropped && !training
        ? ', in training: in evaluation, without dropout, every layer with it is smaller whatever the scheme.'
        : '.'),
  };
}

/** The mean of those above −∞; −∞ if there are none. */
function mean(values: ArrayLike<number>): number | undefined {
  const finite = Array.from(values).filter((x) => x !== -Infinity);
  return values.length > 0 && finite.length === 0 ? -Infinity : average(finite, (x) => x);
}

function average(values: ArrayLike<number>, f: (value: number, index: number) => number): number | undefined {
  if (values.length === 0) return undefined;
  return Array.from(values).reduce((sum, value, i) => sum + f(value, i), 0) / values.length;
}

function pairedDifferences(to: ArrayLike<number>, from: ArrayLike<number>): number[] {
  return Array.from(to, (x, i) => x - from[i]!).filter(Number.isFinite);
}

async function scalar(compute: () => Tensor): Promise<number> {
  const tensor = registeredTensorFlow().tidy(compute);
  const [value] = await tensor.data();
  tensor.dispose();
  return value!;
}

const fixed = (x: number) =>
  Math.abs(x) < 0.005 ? '0.00' : x.toFixed(2).replace('-', '−').replace('Infinity', '∞');
const percent = (x: number) => `${Math.round(100 * x)} %`;

function comparison({ measured, predicted, spread }: LayerReport['logNorm']): string {
  if (measured === undefined) return '–';
  const theory = predicted === undefined ? '' : ` (theory ${fixed(predicted)} ± ${fixed(spread!)})`;
  return `${fixed(measured)}${theory}`;
}

function names(layers: readonly Assessed[]): string {
  return quoted(layers.map(({ report }) => report));
}

function quoted(layers: readonly { name: string }[]): string {
  const names = layers.map(({ name }) => `'${name}'`);
  return names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

/** Columns: name, measured and predicted where there is theory. */
function table({ layers, s }: InitializationReport): string {
  const short = (x: number | undefined) => (x === undefined ? '–' : String(Number(x.toPrecision(3))));
  const pair = ({ measured, predicted }: Compared) =>
    predicted === undefined ? short(measured) : `${short(measured)} | ${short(predicted)}`;
  const header = [
    'layer',
    'kind',
    'width',
    'activation',
    'weight std',
    'log-norm',
    `moment ${s}`,
    'small',
    'dead',
    'log gradient',
  ];
  const rows = layers.map((layer) => [
    layer.name,
    layer.kind,
    short(layer.width),
    layer.activation ? activationName(layer.activation) : '?',
    short(layer.weightStd),
    comparison(layer.logNorm).replace('theory ', '') + (layer.asPredicted === false ? ' !' : ''),
    pair(layer.moment),
    pair(layer.small),
    pair(layer.dead),
    comparison(layer.gradient).replace('theory ', ''),
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const format = (cells: string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  return [
    format(header),
    ...rows.map(format),
    '',
    'measured (predicted ± spread over re-draws of the weights), measured | predicted; ! not as predicted',
  ].join('\n');
}

function reportChart(report: InitializationReport): Figure {
  const { layers, inputLogNorm, verdict } = report;
  const numbers = layers.map((_, i) => i + 1);
  const panel = (title: string, y: string, of: 'logNorm' | 'gradient') => {
    const values = (f: (compared: LayerReport['logNorm']) => number | undefined) =>
      layers.map((layer) => f(layer[of]) ?? Number.NaN);
    const predicted = values((x) => x.predicted);
    const spread = values((x) => x.spread);
    return chart({
      title,
      x: 'layer with weights',
      y,
      marks: [
        band(
          numbers,
          predicted.map((x, i) => x - 2 * spread[i]!),
          predicted.map((x, i) => x + 2 * spread[i]!),
          { name: 'predicted, ± 2 spreads' },
        ),
        line(numbers, predicted, { name: 'predicted, ± 2 spreads' }),
        points(
          numbers,
          values((x) => x.measured),
          { name: 'measured' },
        ),
        ...(of === 'logNorm' ? [rule({ y: inputLogNorm, label: 'input' })] : []),
      ],
    });
  };
  return panels(
    [panel('Signal', 'log(‖x‖/√width)', 'logNorm'), panel('Gradient', 'log‖∂L/∂x‖', 'gradient')],
    {
      title:
        verdict === 'healthy'
          ? 'The network is healthy at initialization'
          : `The network is ${verdict} at initialization`,
    },
  );
}
