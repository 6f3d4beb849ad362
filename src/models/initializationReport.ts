import { inspect } from 'node:util';
import { received, requireBoolean, requireObject, requireOptions } from '../core/validation';
import type { LayersModel, Tensor } from '../tensorflow/structure';
import { requirePreservedOrder } from '../theory/std';
import { conclude } from './conclude';
import { measure, type TfTensor } from './measure';
import { type Assessed, assess, assessGradient, mean } from './predict';
import type { ReadingOptions } from './readingOptions';
import { readModel, type TfLayersModel, Unreadable, type WeightedLayer } from './readModel';
import type { InitializationReport } from './report';
import { reportChart, reportTable } from './reportView';

/**
 * Checks the initialization of a layers model: does the signal or the gradient vanish or explode with depth,
 * and which scheme fixes it? Use it before training, or in a test suite with `assertHealthy`. The model is
 * run on a batch of inputs, and every layer is measured and compared with the theoretical prediction.
 *
 * Predictions are made for dense layers, assuming independent normal weights with the standard deviation of
 * the kernel:
 *
 * - the log-norm and its standard deviation over redraws of the weights (docs/theory.md, equation (67)),
 * - the moment of order s (68) and the probability of a small output (53),
 * - the share of dead units (69),
 * - the norm of the gradient, for layers with as many inputs as units (66).
 *
 * Equations (66) to (69) are derived in docs/theory.md; (66), which neglects one dimension of `width`, is
 * confirmed by simulation. Predictions start at the input of the first layer. There is no prediction for
 * layers with non-zero biases, feature maps, layers followed by a normalization, and activations that cannot
 * be read. After such a layer, and where branches merge, predictions restart from the measured values. The
 * summary names these layers.
 *
 * The verdict uses the predicted log-norm where the measurement agrees with it, and the measured one
 * elsewhere. The signal vanishes or explodes if its norm per unit differs by more than a factor of ten from
 * that of the input (in training: from its value after the last normalization), or leaves the range of
 * float32. The gradient vanishes or explodes if its norm changes by more than a factor of 100, beyond three
 * standard deviations. Zero inputs are excluded from quantities relative to the input.
 *
 * The recommended scheme is the one nearest to s = 2 whose predicted change of the norm over the depth is
 * at most a factor of √10, equation (70); a feature map is treated as one of its positions. No scheme is
 * recommended where it would not help: for sums of branches, for normalizations in training, and for
 * activations that cannot be read.
 * @param model a model of the TensorFlow.js registered last; it is not changed
 * @param options `inputs`: a batch for the model, or a list of batches if the model has several inputs.
 *   `training` (default true): whether to apply dropout and batch statistics as in training, where
 *   initializations preserve the norm; false: as in evaluation. `s`: order of the moment, in [0.01, 2],
 *   default 1. `activations`: the activations of layers that cannot be read, by layer name.
 * @throws (rejects) TypeError or RangeError naming the invalid argument; Error if the model has no dense or
 *   convolutional layer; the error of TensorFlow.js if the shape of the inputs does not fit the model.
 * @example
 * const { tf } = await loadTensorFlow();
 * const dense = () => tf.layers.dense({ units: 64, activation: 'relu', inputShape: [64] });
 * const model = tf.sequential({ layers: Array.from({ length: 20 }, dense) });
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
  requireOptions('options', options, ['inputs', 'training', 's', 'activations']);
  const { inputs: given, training = true, s = 1, ...readingOptions } = options;
  const [tfModel, inputs] = [model as TfLayersModel, given as TfTensor | TfTensor[]];
  requirePreservedOrder(s);
  requireBoolean('training', training);
  if (readingOptions.activations !== undefined)
    requireObject('activations', readingOptions.activations, 'an object of activations by layer name');
  const batches = [inputs].flat();
  const batch = batches[0];
  const count = batch?.shape?.[0];
  if (count === undefined || count < 1)
    throw new TypeError(
      `inputs must be a tensor with a batch of inputs; got ${count === undefined ? typeof batch : `shape [${batch!.shape}]`}`,
    );
  const reading = readModel(tfModel, readingOptions);
  if (batches.length !== tfModel.inputs.length)
    throw new RangeError(
      `inputs must be one batch for each of the model's inputs (${tfModel.inputs.map(({ name }) => name).join(', ')}); got ${batches.length}`,
    );
  if (batches.some((each) => each?.shape?.[0] !== count))
    throw new TypeError(`inputs must be batches of the same size (${count}, as the first); got another size`);
  const { weighted } = reading;
  const first = weighted.find(({ kernels }) => kernels.length > 0);
  if (first === undefined) throw new Error('the model has no dense or convolutional layer');
  const { measured, noGradient } = await measure(tfModel, weighted, inputs, {
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
 * Asserts that the verdict of a report is 'healthy'. Use it in test suites to catch a bad initialization.
 * @param report from `initializationReport`
 * @throws Error with the summary and table of the report if the verdict is not 'healthy'; TypeError if
 *   `report` is not a report.
 * @example
 * const { tf } = await loadTensorFlow();
 * const layer = tf.layers.dense({ units: 64, activation: 'relu', inputShape: [64] });
 * const model = tf.sequential({ layers: [layer] });
 * initializeModel(model, { scheme: 'momentPreserving', s: 1, seed: 0 });
 * const inputs = tf.randomNormal([100, 64], 0, 1, 'float32', 1);
 * const report = await initializationReport(model, { inputs });
 * assertHealthy(report);
 * report.verdict // 'healthy'
 */
export function assertHealthy(report: InitializationReport): void {
  if (typeof (report as Partial<InitializationReport> | undefined)?.verdict !== 'string')
    throw new TypeError(`report must come from initializationReport; got ${received(report)}`);
  if (report.verdict !== 'healthy') throw new Error(String(report));
}
