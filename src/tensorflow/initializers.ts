import type { Activation } from '../core/activations';
import { randomStream } from '../core/random';
import { received, requireInteger } from '../core/validation';
import {
  type Connections,
  type ParameterizedScheme,
  type SchemeName,
  schemeNames,
  schemes,
} from '../theory/schemes';
import type { StdMethod } from '../theory/std';
import type { TensorFlow } from './native';

/**
 * A TensorFlow.js initializer: pass it as kernelInitializer, depthwiseInitializer or pointwiseInitializer.
 */
export type Initializer = Exclude<
  Parameters<TensorFlow['layers']['dense']>[0]['kernelInitializer'],
  string | undefined
>;

/** Options shared by all initializers. */
export interface InitializerOptions {
  /** Seed of the whole network, an integer in [0, 2⁵³ − 1]. */
  seed: number;
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
 * - depthwise kernels (`depthwise: true`): fanIn = positions, fanOut = multiplier.
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
 * } }`.
 * @param options `s`: preserved order, in [0.01, 2]. `activation`: the activation after the layer. `method`:
 *   see momentPreservingStd. `seed`, `layer`, `depthwise`: see InitializerOptions.
 * @returns an initializer of the TensorFlow.js registered last, by loadTensorFlow or registerInitializers.
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
    activation: Activation;
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
export function kaimingNormal(options: { activation: Activation } & InitializerOptions): Initializer {
  return createInitializer('kaimingNormal', options);
}

/**
 * Xavier (Glorot) initializer with gain 1, a common baseline; it does not depend on the activation.
 *
 * Kernels are drawn from N(0, 2/(fanIn + fanOut)), by xavierStd: docs/theory.md, equation (31). For
 * convolutions, fanOut = positions · output channels, as usual for this scheme. Class name 'XavierNormal'. As
 * it has no parameters, `kernelInitializer: 'XavierNormal'` works as well, with a random seed.
 * @param options `seed`, `layer`, `depthwise`: see InitializerOptions.
 * @returns an initializer, for the kernel shapes that momentPreserving supports.
 * @throws the errors of momentPreserving.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = xavierNormal({ seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 250 // 0.994
 */
export function xavierNormal(options: InitializerOptions): Initializer {
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
export function randomWalk(options: { activation: Activation } & InitializerOptions): Initializer {
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
export function lyapunov(options: { activation: Activation } & InitializerOptions): Initializer {
  return createInitializer('lyapunov', options);
}

type InitializerClass = new (given: object) => Initializer;

/** The part of TensorFlow.js that is used. */
type Registered = Pick<
  TensorFlow,
  'initializers' | 'serialization' | 'tensor' | 'tidy' | 'keep' | 'customGrad' | 'grad' | 'scalar'
>;

/** The TensorFlow.js registered last, and the classes of its initializers by scheme. */
let registered: { tf: Registered; classes: ReadonlyMap<SchemeName, InitializerClass> } | undefined;

/** @throws Error if no TensorFlow.js is registered. */
function requireRegistered(): NonNullable<typeof registered> {
  if (registered !== undefined) return registered;
  throw new Error(
    'no TensorFlow.js is registered: call await loadTensorFlow() first, or registerInitializers(tf) with your own',
  );
}

/**
 * The TensorFlow.js registered last.
 * @throws Error if no TensorFlow.js is registered.
 */
export function registeredTensorFlow(): Registered {
  return requireRegistered().tf;
}

/**
 * Creates the initializer of a scheme for the TensorFlow.js registered last.
 * @throws the errors of the scheme's own function, such as `momentPreserving`.
 */
export function createInitializer(scheme: SchemeName, options: unknown): Initializer {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`the initializer's options must be an object; got ${received(options)}`);
  return new (requireRegistered().classes.get(scheme)!)(options);
}

/**
 * Registers the initializers of this package with a TensorFlow.js that you loaded yourself, on any backend.
 * Call it before creating initializers and before loading a model that was saved with them. It is not needed
 * after loadTensorFlow. With several copies of TensorFlow.js, initializers belong to the one registered last.
 * @param tf `@tensorflow/tfjs`, `@tensorflow/tfjs-node`, or `@tensorflow/tfjs-core` and
 *   `@tensorflow/tfjs-layers` spread into one object.
 * @throws TypeError if `tf` is not TensorFlow.js with layers.
 * @example
 * const { tf } = await loadTensorFlow();
 * registerInitializers(tf);
 * kaimingNormal({ activation: linear, seed: 1 }).apply([2, 3]).shape // [2, 3]
 */
export function registerInitializers(tf: Registered): void {
  if (!tf?.initializers?.zeros || !tf.serialization?.registerClass || !tf.tensor)
    throw new TypeError('tf must be TensorFlow.js with layers, as exported by @tensorflow/tfjs');
  // layers require this base class, which is not exported
  const Base = Object.getPrototypeOf(tf.initializers.zeros().constructor) as {
    new (): Initializer;
    fromConfig: TensorFlow['serialization']['Serializable']['fromConfig'];
  };
  const classes = new Map<SchemeName, InitializerClass>();
  for (const name of schemeNames) {
    class SchemeInitializer extends Base {
      static className = name.charAt(0).toUpperCase() + name.slice(1);
      readonly #scheme: ParameterizedScheme;
      readonly #seed: number;
      readonly #layer: number;
      readonly #depthwise: boolean;

      constructor(given: object) {
        super();
        const { seed, layer = 0, depthwise = false } = given as Record<string, unknown>;
        this.#scheme = schemes[name](given as Record<string, unknown>);
        // a scheme without parameters can be given as a string; its layers must still differ
        const named = seed === undefined && Object.keys(this.#scheme.parameters).length === 0;
        this.#seed = requireInteger('seed', named ? Math.floor(Math.random() * 2 ** 32) : seed, {
          atLeast: 0,
        });
        this.#layer = requireInteger('layer', layer, { atLeast: 0 });
        if (typeof depthwise !== 'boolean')
          throw new TypeError(`depthwise must be true or false; got ${received(depthwise)}`);
        this.#depthwise = depthwise;
      }

      override apply(shape: (number | null)[], dtype = 'float32'): ReturnType<Initializer['apply']> {
        if (dtype !== 'float32') throw new TypeError(`dtype must be 'float32'; got ${received(dtype)}`);
        const std = this.#scheme.std(connections(shape as number[], this.#depthwise));
        const stream = randomStream(this.#seed, this.#layer);
        const values = new Float32Array((shape as number[]).reduce((product, size) => product * size, 1));
        for (let i = 0; i < values.length; i++) values[i] = std * stream.normal();
        return tf.tensor(values, shape as number[], 'float32');
      }

      override getConfig(): ReturnType<Initializer['getConfig']> {
        const { activation, ...parameters } = this.#scheme.parameters;
        return {
          ...parameters,
          ...(activation && { activation: { ...activation } }),
          seed: this.#seed,
          layer: this.#layer,
          depthwise: this.#depthwise,
        };
      }
    }
    tf.serialization.registerClass(SchemeInitializer);
    classes.set(name, SchemeInitializer);
  }
  registered = { tf, classes };
}

function connections(shape: number[], depthwise: boolean): Connections {
  if (depthwise ? shape.length !== 4 : shape.length < 2 || shape.length > 5)
    throw new RangeError(
      depthwise
        ? `a depthwise kernel must have shape [height, width, channels, multiplier]; got shape [${shape}]`
        : `a kernel must have shape [fanIn, fanOut] or, for convolutions, [positions…, inputs, outputs]; got shape [${shape}]`,
    );
  const positions = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const [inputs, fanOut] = shape.slice(-2) as [number, number];
  return { fanIn: positions * (depthwise ? 1 : inputs), fanOut, reached: positions * fanOut };
}
