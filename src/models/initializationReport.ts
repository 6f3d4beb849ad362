import { inspect } from 'node:util';
import { received } from '../core/validation';
import { requirePreservedOrder } from '../theory/std';
import { conclude } from './conclude';
import { measure, type Tensor } from './measure';
import { type Assessed, assess, assessGradient, mean } from './predict';
import {
  type LayersModel,
  type ReadingOptions,
  readModel,
  Unreadable,
  type WeightedLayer,
} from './readModel';
import type { InitializationReport } from './report';
import { reportChart, reportTable } from './reportView';

/**
 * Measures a layers model on some inputs, layer by layer, beside what theory predicts for its widths, activations,
 * dropout and weights: does the signal vanish or explode with depth, and which scheme would mend it?
 *
 * Predicted are, for dense layers with normal weights of the standard deviation found in the kernel: the log-norm with
 * its spread over re-draws of the weights, the moment of order s and the probability of small outputs, by outputLaw
 * and momentFactor; dead units, by fresh units on the same inputs; and where a layer has as many inputs as units, the
 * gradient's norm before it from that behind it: its log changes in law as the signal's does. For Wᵀ is as random
 * as W, and the active units weigh a gradient of random direction as they weigh the signal (our own derivation,
 * confirmed by simulation; it neglects the gradient's part along x, one dimension of `width`).
 * Predictions start from what enters the first layer, and again from what was measured at a layer without. There are
 * none where biases are not zero, for feature maps, at normalizations, for activations that cannot be read, and they
 * start again where branches meet: the report says so.
 *
 * The verdict is by the systematic part of the log-norm, that is the prediction where it holds and the measured value
 * elsewhere: more than a factor of ten below or above what entered, or in training what the last normalization gave,
 * is vanishing or exploding, and so is what leaves float32; a gradient that changes a hundredfold, beyond three
 * spreads, is too. Inputs that are zero are left out of what is relative to the input.
 *
 * What mends it is the scheme nearest to s = 2 that by theory keeps the norm within a factor of three over the depth,
 * a feature map being taken for one of its places. None is advised where it would not help: for sums of branches, in
 * training behind normalizations, for activations that cannot be read.
 * @param model of the TensorFlow.js registered last; it is left as it was
 * @param options `inputs`: a batch for the model, or a list of batches if it has several inputs;
 *   `training` (default true): with dropout, and normalization by the batch, as in training: what an initialization
 *   preserves; false: as in evaluation. `s`: order of the moment, in [0.01, 2], default 1. `activations`: the law of
 *   layers that cannot be read, by name.
 * @throws (rejects) TypeError or RangeError naming the argument at fault; Error if the model has no kernel; what
 *   TensorFlow.js throws for inputs of another shape than the model's.
 * @example
 * const { tf } = await loadTensorFlow();
 * const layers = Array.from({ length: 20 }, () => tf.layers.dense({ units: 64, activation: 'relu', inputShape: [64] }));
 * const model = tf.sequential({ layers });
 * const inputs = tf.randomNormal([100, 64], 0, 1, 'float32', 1);
 * const report = await initializationReport(model, { inputs });
 * report.verdict // 'vanishing'
 * initializeModel(model, { ...report.recommendation, seed: 1 });
 * (await initializationReport(model, { inputs })).verdict // 'healthy'
 */
export async function initializationReport(
  model: LayersModel,
  options: { inputs: Tensor | Tensor[]; training?: boolean; s?: number } & ReadingOptions,
): Promise<InitializationReport> {
  const { inputs, training = true, s = 1, ...readingOptions } = options;
  requirePreservedOrder(s);
  if (typeof training !== 'boolean')
    throw new TypeError(`training must be true or false; got ${received(training)}`);
  const batches = [inputs].flat();
  const batch = batches[0];
  const count = batch?.shape?.[0];
  if (count === undefined || count < 1)
    throw new TypeError(
      `inputs must be a tensor, a batch of inputs; got ${count === undefined ? typeof batch : `shape [${batch!.shape}]`}`,
    );
  const reading = readModel(model, readingOptions);
  if (batches.length !== model.inputs.length)
    throw new RangeError(
      `inputs must be one batch for each of the model's inputs (${model.inputs.map(({ name }) => name).join(', ')}); got ${batches.length}`,
    );
  if (batches.some((each) => each?.shape?.[0] !== count))
    throw new TypeError(`inputs must be batches of one size, ${count} as the first; got another`);
  const { weighted } = reading;
  const first = weighted.find(({ kernels }) => kernels.length > 0);
  if (first === undefined) throw new Error('the model has no dense or convolutional layer');
  const { measured, noGradient } = await measure(model, weighted, inputs, {
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
  const context = { training, s, reference, assessed };
  for (const layer of weighted) assessed.set(layer, await assess(layer, measured.get(layer)!, context));
  for (const layer of [...weighted].reverse()) assessGradient(layer, assessed);
  const fields = {
    inputs: count,
    training,
    s,
    inputLogNorm,
    layers: weighted.map((layer) => assessed.get(layer)!.report),
    ...conclude(reading, assessed, { inputLogNorm, training, noGradient }),
  };
  const text = () => `${fields.summary}\n\n${reportTable(fields)}`;
  return Object.freeze({
    ...fields,
    toString: text,
    [inspect.custom]: text,
    chart: () => reportChart(fields),
  });
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
  if (typeof (report as Partial<InitializationReport> | undefined)?.verdict !== 'string')
    throw new TypeError(`report must come from initializationReport; got ${received(report)}`);
  if (report.verdict !== 'healthy') throw new Error(String(report));
}
