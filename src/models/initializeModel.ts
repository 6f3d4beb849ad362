import { type Activation, linear } from '../core/activations';
import {
  requireArray,
  requireInteger,
  requireObject,
  requireOneOf,
  requireOptions,
} from '../core/validation';
import { createInitializer, registeredTensorFlow } from '../tensorflow/registry';
import type { LayersModel } from '../tensorflow/structure';
import { type SchemeName, schemeNames } from '../theory/schemes';
import type { StdMethod } from '../theory/std';
import type { ReadingOptions } from './readingOptions';
import { type Layer, readModel, requireNames, type TfLayersModel, Unreadable } from './readModel';

/** An initialization scheme: the name of its initializer, and its own parameters. */
export type InitializationScheme =
  | { scheme: 'momentPreserving'; s: number; method?: StdMethod }
  | { scheme: Exclude<SchemeName, 'momentPreserving'> };

/** A kernel drawn by `initializeModel`. */
export interface InitializedKernel {
  /** Name of the layer; a separable convolution has two kernels. */
  layer: string;
  /** Number of the kernel, from 0: it is drawn from the random stream (seed, number). */
  number: number;
  /** The activation that was used; undefined for xavierNormal, which does not depend on it. */
  activation: Activation | undefined;
}

/**
 * Initializes all kernels of an existing layers model with one scheme: those of dense and convolutional
 * layers, including depthwise and separable ones. Use it instead of passing an initializer to every layer.
 *
 * The activation of each layer is read from the model: the fused activation or separate layers (linear, ReLU,
 * LeakyReLU, PReLU with equal slopes), followed through pooling, normalization, reshaping and dropout up to
 * the next layer with weights. Any other activation of the model's output is treated as a part of the loss.
 * Kernels are numbered 0, 1, … in model order, including those that are not drawn. Biases, all other weights,
 * and layers with `trainable` false are not changed. The weight standard deviations are those of
 * docs/theory.md, equations (27) to (32), with the fan-in and fan-out of a convolution by (41).
 * @param model a model of the TensorFlow.js registered last, from tf.sequential, tf.model or
 *   tf.loadLayersModel; nested models are included
 * @param options `scheme`: name of an initializer, with that initializer's parameters. `seed`: integer in [0,
 *   2⁵³ − 1]. `activations`: the activations of layers that cannot be read, by layer name. `keep`: names of
 *   layers whose kernels are not changed; default none.
 * @returns the kernels that were drawn, in order.
 * @throws RangeError if an activation cannot be read, naming the layer and what to pass (the model is then
 *   unchanged); TypeError or RangeError naming the invalid argument.
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
  requireOptions('options', options, ['scheme', 's', 'method', 'seed', 'activations', 'keep']);
  const { scheme, seed, activations = {}, keep = [], ...parameters } = options;
  requireArray('keep', keep, 'names of layers');
  requireObject('activations', activations, 'an object of activations by layer name');
  requireOneOf('scheme', scheme, schemeNames);
  requireInteger('seed', seed, { atLeast: 0 });
  if (scheme !== 'momentPreserving' && Object.keys(parameters).length > 0)
    throw new TypeError(
      `'${scheme}' takes no parameters of its own; got ${Object.keys(parameters).join(', ')}`,
    );
  const { weighted } = readModel(model as TfLayersModel, { activations });
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
          `layer '${layer.name}' is of type ${layer.getClassName()}, which no scheme supports: set its weights yourself and pass keep: ['${layer.name}']`,
        );
      for (const { weight, depthwise } of kernels) {
        const layerNumber = number++;
        if (kept) continue;
        // there is no activation between the two kernels of a separable convolution
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

/** Adds the layer's name to the message of a RangeError. */
function inLayer<T>({ name }: Layer, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError)
      throw new RangeError(`layer '${name}': ${error.message}`, { cause: error });
    throw error;
  }
}
