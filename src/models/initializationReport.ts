import { received, requireBoolean, requireInteger, requireObject, requireOptions } from '../core/validation';
import { displayMethod, withoutInterrupts } from '../notebook/host';
import { cellSignal } from '../platform/cellSignal';
import { nextTurn } from '../platform/runtime';
import type { LayersModel, Tensor } from '../tensorflow/structure';
import { requirePreservedOrder } from '../theory/std';
import { conclude } from './conclude';
import { diagnose } from './diagnose';
import type { TfLayersModel, TfTensor } from './modelGraph';
import type { ReadingOptions } from './readingOptions';
import { readModel } from './readModel';
import type { InitializationReport } from './report';
import { reportBundle, reportChart, reportText } from './reportView';

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
 * layers with non-zero biases, feature maps, shared layers, layers followed by a normalization, and
 * activations that cannot be read. After such a layer, and where branches merge, predictions restart from the
 * measured values. The summary names these layers.
 *
 * The verdict uses the predicted log-norm where the measurement agrees with it, and the measured one
 * elsewhere. The signal vanishes or explodes if its norm per unit is below a tenth of the smallest or above
 * ten times the largest of the inputs that the layer depends on (in training: of the values after the last
 * normalizations), or leaves the range of float32. It is dead if an output of the model is zero for half of
 * the inputs. The gradient vanishes or explodes if its norm changes by more than a factor of 100, beyond
 * three standard deviations. Zero inputs are excluded from quantities relative to the input, and a layer is
 * not compared with them. A shared layer is judged at every application; the report shows the last one.
 *
 * The recommended scheme is the one nearest to s = 2 whose predicted change of the norm over the depth is
 * at most a factor of √10, equation (70); a feature map is treated as one of its positions. The scheme is
 * tried first: the report measures the model with kernels drawn by it and biases of zero, and recommends it
 * only if the verdict is then 'healthy'; with three seeds in turn if the log-norm at the end spreads by more
 * than ½ log 10 over redraws of the weights, as in narrow deep models. A scheme whose standard deviations the
 * kernels already have, or one that a constraint of a kernel would change, is never recommended.
 * @param model a model of the TensorFlow.js registered last. It is not changed: neither its weights nor the
 *   averages of normalizations nor the states of recurrent layers.
 * @param options `inputs`: a batch for the model, or a list of batches if the model has several inputs.
 *   `training` (default true): whether to apply dropout and batch statistics as in training, where
 *   initializations preserve the norm; false: as in evaluation. `s`: order of the moment, in [0.01, 2],
 *   default 1. `seed` (default 0): seed of dropout and other noise in layers without a seed of their own, and
 *   of the kernels of the scheme that is tried; an integer in [0, 2⁵³ − 1]. Two reports with the same seed
 *   are equal. `activations`: the activations of layers that cannot be read, by layer name.
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
  options: { inputs: Tensor | Tensor[]; training?: boolean; s?: number; seed?: number } & ReadingOptions,
): Promise<InitializationReport> {
  requireOptions('options', options, ['inputs', 'training', 's', 'seed', 'activations']);
  const { inputs: given, training = true, s = 1, seed = 0, ...readingOptions } = options;
  const tfModel = model as TfLayersModel;
  requirePreservedOrder(s);
  requireInteger('seed', seed, { atLeast: 0 });
  requireBoolean('training', training);
  if (readingOptions.activations !== undefined)
    requireObject('activations', readingOptions.activations, 'an object of activations by layer name');
  const inputs = [given].flat() as TfTensor[];
  const shape = inputs[0]?.shape;
  const count = shape?.[0];
  if (count === undefined || count < 1)
    throw new TypeError(
      `inputs must be a tensor with a batch of inputs, or a list of them; got ${shape === undefined ? received(given) : `shape [${shape}]`}`,
    );
  const reading = readModel(tfModel, readingOptions);
  if (inputs.length !== tfModel.inputs.length)
    throw new RangeError(
      `inputs must be one batch for each of the model's inputs (${tfModel.inputs.map(({ name }) => name).join(', ')}); got ${inputs.length}`,
    );
  if (inputs.some((each) => each?.shape?.[0] !== count))
    throw new TypeError(`inputs must be batches of the same size (${count}, as the first); got another size`);
  const settings = { training, s, seed };
  await nextTurn(); // an interrupt that came meanwhile ends the cell here
  const signal = cellSignal();
  signal?.throwIfAborted();
  const diagnosis = withoutInterrupts(() => diagnose(reading, inputs, settings));
  await nextTurn();
  signal?.throwIfAborted();
  const { summary, recommendation } = withoutInterrupts(() => conclude(reading, inputs, settings, diagnosis));
  const fields = {
    inputs: count,
    training,
    s,
    inputLogNorm: diagnosis.inputLogNorm,
    layers: diagnosis.assessed.map(({ report }) => report),
    verdict: diagnosis.verdict,
    summary,
    recommendation,
  };
  return Object.freeze({
    ...fields,
    toString: () => reportText(fields),
    [Symbol.for('nodejs.util.inspect.custom')]: () => reportText(fields),
    [displayMethod]: () => reportBundle(fields),
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
