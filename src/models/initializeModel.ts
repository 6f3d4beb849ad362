import {
  randomSeed,
  requireArray,
  requireObject,
  requireOneOf,
  requireOptions,
  requireSeed,
} from '../core/validation';
import { registeredTensorFlow } from '../tensorflow/registry';
import type { LayersModel } from '../tensorflow/structure';
import { schemeNames } from '../theory/schemes';
import { drawKernels } from './drawKernels';
import type { InitializationScheme, InitializedKernel } from './initializationScheme';
import type { TfLayersModel } from './modelGraph';
import type { ReadingOptions } from './readingOptions';
import { readModel } from './readModel';

/**
 * Initializes all kernels of an existing layers model with one scheme: those of dense and convolutional
 * layers, including depthwise and separable ones. Use it instead of passing an initializer to every layer.
 *
 * The activation of each layer is read from the model: the fused activation or separate layers (linear, ReLU,
 * LeakyReLU, PReLU with equal slopes), followed through pooling, normalization, reshaping and dropout up to
 * the next layer with weights. An activation after Concatenate acts on each of its branches. An activation
 * after Add, Multiply and other merges acts on the merged value, so that a layer is read only up to there; a
 * layer whose output enters a sum and other layers is read up to the sum, as the stream that skip connections
 * carry on. Any other activation of the model's output is treated as a part of the loss; layers that only
 * rearrange or join outputs may follow it.
 *
 * Kernels are numbered 0, 1, … in model order, including those that are not drawn. Biases, all other weights
 * and what is frozen are not changed: a kernel is frozen if `trainable` is false for itself, its layer or a
 * model that it lies in. The weight standard deviations are those of docs/theory.md, equations (27) to (32),
 * with the fan-in and fan-out of a convolution by (41).
 * @param model a model of the TensorFlow.js registered last, from tf.sequential, tf.model or
 *   tf.loadLayersModel; nested models are included
 * @param options `scheme`: name of an initializer, with that initializer's parameters. `seed`: integer in [0,
 *   2⁵³ − 1]; by default drawn at random, and named with every kernel. `activations`: the activations of layers that cannot be read, by layer name; where those after a
 *   layer with weights cannot be read, the one given for that layer stands for all. `keep`: names of layers
 *   and of nested models whose kernels are not changed; default none.
 * @returns the kernels that were drawn, in order, with the seed.
 * @throws RangeError if an activation cannot be read, a layer has kernels without a theory, such as LSTM, or
 *   a constraint, such as maxNorm, changes a kernel as it is drawn, naming the layer and what to do (the model
 *   is then unchanged); TypeError or RangeError naming the invalid argument.
 * @example
 * const { tf } = await loadTensorFlow();
 * const model = tf.sequential({
 *   layers: [
 *     tf.layers.dense({ units: 64, inputShape: [100] }),
 *     tf.layers.leakyReLU({ alpha: 0.01 }),
 *     tf.layers.dense({ units: 10, activation: 'softmax' }),
 *   ],
 * });
 * const drawn = initializeModel(model, { scheme: 'momentPreserving', s: 1, seed: 0 });
 * drawn.map(({ activation }) => activationName(activation)) // ['Leaky ReLU (0.01)', 'linear']
 */
export function initializeModel(
  model: LayersModel,
  options: InitializationScheme & { seed?: number; keep?: readonly string[] } & ReadingOptions,
): InitializedKernel[] {
  requireOptions('options', options, ['scheme', 's', 'method', 'seed', 'activations', 'keep']);
  const { scheme, seed = randomSeed(), activations = {}, keep = [], ...parameters } = options;
  requireArray('keep', keep, 'names of layers');
  requireObject('activations', activations, 'an object of activations by layer name');
  requireOneOf('scheme', scheme, schemeNames);
  requireSeed(seed);
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : name));
  if (scheme !== 'momentPreserving' && given.length > 0)
    throw new TypeError(`'${scheme}' takes no parameters of its own; got ${given.join(', ')}`);
  const reading = readModel(model as TfLayersModel, { activations });
  const drawn: InitializedKernel[] = [];
  registeredTensorFlow().tidy(() => {
    const kernels = drawKernels(reading, { scheme, ...parameters } as InitializationScheme, { seed, keep });
    for (const { variable, values, ...kernel } of kernels) {
      variable.write(values);
      drawn.push(kernel);
    }
  });
  return drawn;
}
