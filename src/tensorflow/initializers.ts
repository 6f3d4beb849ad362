import type { ActivationLike } from '../core/activations';
import type { StdMethod } from '../theory/std';
import { createInitializer } from './registry';
import type { Initializer } from './structure';

/** Options shared by all initializers. */
export interface InitializerOptions {
  /**
   * Seed of the whole network, an integer in [0, 2⁵³ − 1]. Default: drawn at random for each initializer, as in
   * TensorFlow.js; `getConfig().seed` and a saved model contain it.
   */
  seed?: number;
  /**
   * Number of the layer, an integer in [0, 2⁵³ − 1]; default 0. The kernel is drawn from the random stream
   * (seed, layer), so give each layer a different number: layers of the same shape and number start with the
   * same weights.
   */
  layer?: number;
  /**
   * Whether the kernel is depthwise, with shape [height, width, channels, multiplier]; default false. It
   * cannot be inferred from the shape.
   */
  depthwise?: boolean;
}

/**
 * Initializer that preserves the moment of order `s` of the layer outputs, E‖x‖ˢ, from layer to layer. Use it
 * for deep networks with linear, (randomized) Leaky ReLU or ReLU layers, with or without dropout.
 *
 * Kernels are drawn from N(0, σ²) with σ from momentPreservingStd, so that E(‖x_out‖/√fanOut)ˢ =
 * (‖x_in‖/√fanIn)ˢ: docs/theory.md, equation (27). The fan-in and fan-out are, by equation (41),
 *
 * - dense kernels [fanIn, fanOut]: as in the shape;
 * - conv1d, conv2d, conv3d: fanIn = positions · input channels, fanOut = output channels;
 * - depthwise kernels (`depthwise: true`): fanIn = positions, fanOut = channels · multiplier.
 *
 * For a convolution the equation is exact at each position of the output, but not for a whole feature map,
 * whose positions share weights and inputs. Kernels of transposed convolutions, with their channels in
 * reverse order, are not supported.
 *
 * The normal distribution is not truncated. TensorFlow.js' heNormal and glorotNormal truncate at two standard
 * deviations without correction, so that their variance is 0.77 times the intended one (heNormal: 1.55/fanIn
 * instead of 2/fanIn). The same seed and layer give the same values on every backend, and after saving and
 * loading a model.
 *
 * In a layer: `kernelInitializer: momentPreserving({ … })`, or `{ className: 'MomentPreserving', config: { …
 * } }`, or the string `'momentPreserving'` for s = 1, ReLU and a random seed. The other initializers have strings too,
 * for ReLU. For other activations and depthwise kernels, use the functions.
 * @param options `s`: preserved order, in [0.01, 2]. `activation`: the activation after the layer. `method`:
 *   see momentPreservingStd. `seed`, `layer`, `depthwise`: see InitializerOptions.
 * @returns an initializer for layers of a TensorFlow.js that loadTensorFlow or registerInitializers has registered.
 * @throws TypeError or RangeError naming the invalid argument; Error if no TensorFlow.js is registered.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernelInitializer = momentPreserving({ s: 1, activation: relu, seed: 1, layer: 0 });
 * const layer = tf.layers.dense({ units: 64, activation: 'relu', kernelInitializer, inputShape: [64] });
 * layer.getConfig().kernelInitializer.className // 'MomentPreserving'
 */
export function momentPreserving(
  options: {
    s: number;
    activation: ActivationLike;
    method?: StdMethod;
  } & InitializerOptions,
): Initializer {
  return createInitializer('momentPreserving', options);
}

/**
 * Kaiming (He) initializer in fan-in mode, for any supported activation: preserves the mean square of the
 * layer outputs.
 *
 * Kernels are drawn from N(0, 1/(fanIn · E φ(g)²)), by kaimingStd; for ReLU the variance is 2/fanIn. This is
 * momentPreserving at s = 2: docs/theory.md, equation (28). Class name 'KaimingNormal'.
 * @param options `activation`: the activation after the layer. `seed`, `layer`, `depthwise`: see
 *   InitializerOptions.
 * @returns an initializer, for the kernel shapes that momentPreserving supports.
 * @throws the errors of momentPreserving.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = kaimingNormal({ activation: relu, seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 200 // 1.987
 */
export function kaimingNormal(options: { activation: ActivationLike } & InitializerOptions): Initializer {
  return createInitializer('kaimingNormal', options);
}

/**
 * Xavier (Glorot) initializer with gain 1, a common baseline; it does not depend on the activation.
 *
 * Kernels are drawn from N(0, 2/(fanIn + fanOut)), by xavierStd: docs/theory.md, equation (31). For
 * convolutions, fanOut = positions · output channels, as usual for this scheme. Class name 'XavierNormal'.
 * @param options `seed`, `layer`, `depthwise`: see InitializerOptions.
 * @returns an initializer, for the kernel shapes that momentPreserving supports.
 * @throws the errors of momentPreserving.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = xavierNormal({ seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 250 // 0.994
 */
export function xavierNormal(options: InitializerOptions = {}): Initializer {
  return createInitializer('xavierNormal', options);
}

/**
 * Random walk initializer of Sussillo and Abbott, a baseline for linear and ReLU networks.
 *
 * Kernels are drawn from N(0, σ²) with σ from randomWalkStd: docs/theory.md, equation (32). Class name
 * 'RandomWalk'.
 * @param options `activation`: linear or relu. `seed`, `layer`, `depthwise`: see InitializerOptions.
 * @returns an initializer, for the kernel shapes that momentPreserving supports.
 * @throws the errors of momentPreserving; RangeError for another activation.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = randomWalk({ activation: relu, seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 200 // 2.011
 */
export function randomWalk(options: { activation: ActivationLike } & InitializerOptions): Initializer {
  return createInitializer('randomWalk', options);
}

/**
 * Lyapunov (critical) initializer: keeps the mean log-norm of the layer outputs constant over the depth. Use
 * it for very deep networks whose typical rather than average output should keep its size.
 *
 * Kernels are drawn from N(0, σ²) with σ from lyapunovStd: docs/theory.md, equation (29). Where the output of
 * a layer cannot be zero, this is the limit s → 0 of momentPreserving. Class name 'Lyapunov'.
 * @param options `activation`: the activation after the layer. `seed`, `layer`, `depthwise`: see
 *   InitializerOptions.
 * @returns an initializer, for the kernel shapes that momentPreserving supports.
 * @throws the errors of momentPreserving.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = lyapunov({ activation: leakyRelu(0.01), seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 200 // 2.004
 */
export function lyapunov(options: { activation: ActivationLike } & InitializerOptions): Initializer {
  return createInitializer('lyapunov', options);
}
