import { type Activation, linear } from '../core/activations';
import { requireInteger, requireOneOf } from '../core/validation';
import { createInitializer, registeredTensorFlow } from '../tensorflow/initializers';
import { type SchemeName, schemeNames } from '../theory/schemes';
import type { StdMethod } from '../theory/std';
import {
  type Layer,
  type LayersModel,
  type ReadingOptions,
  readModel,
  requireNames,
  Unreadable,
} from './readModel';

/** A scheme by its initializer's name, with the parameters that belong to it alone. */
export type InitializationScheme =
  | { scheme: 'momentPreserving'; s: number; method?: StdMethod }
  | { scheme: Exclude<SchemeName, 'momentPreserving'> };

/** A kernel that was drawn. */
export interface InitializedKernel {
  /** Name of the layer; a separable convolution has two kernels. */
  layer: string;
  /** Its number: the kernel comes from the random stream (seed, number). */
  number: number;
  /** The law that was read; undefined for xavierNormal, which takes none. */
  activation: Activation | undefined;
}

/**
 * Draws every kernel of a layers model anew: dense and convolutional ones, depthwise and separable included.
 *
 * For each layer it reads what follows until the next weights: the activation, fused or in layers of its own
 * (linear, ReLU, LeakyReLU with its alpha, PReLU with one slope), through pooling, normalization and changes of shape,
 * and the dropout. At the model's output, any other activation counts as a part of the loss. Kernels are numbered in
 * the order of the model's layers, 0, 1, …, whether or not they are drawn. Biases and all other weights stay as they
 * are, and so do layers with `trainable` false.
 * @param model from tf.sequential, tf.model or tf.loadLayersModel, of the TensorFlow.js registered last; models
 *   inside it are read with it
 * @param options `scheme` and its parameters, those of the initializer of that name; `seed` an integer in [0, 2⁵³ − 1];
 *   `activations`: the law of layers that cannot be read, by name; `keep`: names of layers whose kernels are to stay.
 * @returns what was drawn, in order.
 * @throws RangeError if a layer cannot be read, saying which and what to pass (then nothing is drawn); TypeError or
 *   RangeError naming the argument at fault.
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
  options: InitializationScheme & { seed: number; keep?: readonly string[] } & ReadingOptions,
): InitializedKernel[] {
  const { scheme, seed, activations = {}, keep = [], ...parameters } = options;
  requireOneOf('scheme', scheme, schemeNames);
  requireInteger('seed', seed, { atLeast: 0 });
  if (scheme !== 'momentPreserving' && Object.keys(parameters).length > 0)
    throw new TypeError(
      `'${scheme}' takes no parameters of its own; got ${Object.keys(parameters).join(', ')}`,
    );
  const { weighted } = readModel(model, { activations });
  const layers = weighted.map(({ layer }) => layer);
  requireNames('keep', keep, layers);
  const drawn: InitializedKernel[] = [];
  let number = 0;
  registeredTensorFlow().tidy(() => {
    const weights = weighted.map(({ layer, kernels, law }) => {
      const values = [...layer.getWeights()];
      const kept = keep.includes(layer.name) || !layer.trainable;
      if (!kept && kernels.length === 0)
        throw new RangeError(
          `layer '${layer.name}' is of kind ${layer.getClassName()}, for which there is no scheme here: set its weights yourself and pass keep: ['${layer.name}']`,
        );
      for (const { weight, depthwise } of kernels) {
        const layerNumber = number++;
        if (kept) continue;
        // between the two kernels of a separable convolution there is no activation
        const followed = weight < kernels.length - 1 ? linear : law;
        const activation = scheme === 'xavierNormal' ? undefined : readable(followed, layer);
        const kernelOptions = { ...parameters, activation, seed, layer: layerNumber, depthwise };
        values[weight] = inLayer(layer, () =>
          createInitializer(scheme, kernelOptions).apply(values[weight]!.shape),
        );
        drawn.push({ layer: layer.name, number: layerNumber, activation });
      }
      return values;
    });
    layers.forEach((layer, i) => {
      layer.setWeights(weights[i]!);
    });
  });
  return drawn;
}

function readable(law: Activation | Unreadable, { name }: Layer): Activation {
  if (!(law instanceof Unreadable)) return law;
  const remedies = [
    law.remedy ?? [],
    `set the weights of layer '${name}' yourself and pass keep: ['${name}']`,
  ];
  throw new RangeError(`${law.reason}: ${remedies.flat().join('; or ')}`);
}

/** Lets an error say which layer it is about. */
function inLayer<T>({ name }: Layer, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError)
      throw new RangeError(`layer '${name}': ${error.message}`, { cause: error });
    throw error;
  }
}
