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

/** What TensorFlow.js' layers take as kernelInitializer, depthwiseInitializer or pointwiseInitializer. */
export type Initializer = Exclude<
  Parameters<TensorFlow['layers']['dense']>[0]['kernelInitializer'],
  string | undefined
>;

/** What every initializer is told besides the parameters of its scheme. */
export interface InitializerOptions {
  /** Seed of the whole network: an integer in [0, 2⁵³ − 1]; 0 is a seed. */
  seed: number;
  /**
   * Number of the layer, an integer in [0, 2⁵³ − 1], by default 0. The kernel is drawn from the random stream
   * (seed, layer): give each layer a number of its own, or layers of one shape start with the same weights.
   */
  layer?: number;
  /**
   * Whether the kernel is depthwise, [height, width, channels, multiplier], each channel feeding `multiplier` outputs
   * of its own; by default false. The shape alone does not tell it from a convolution's.
   */
  depthwise?: boolean;
}

/**
 * Draws kernels N(0, σ₀²) with the standard deviation σ₀ that preserves the moment of order `s` from layer to layer,
 * by momentPreservingStd.
 *
 * Dense kernels are [fanIn, fanOut]; those of conv1d, conv2d, conv3d have fanIn = positions · input channels and
 * fanOut = output channels; depthwise ones, with `depthwise: true`, fanIn = positions and fanOut = multiplier. So
 * the norm of a dense layer's output is preserved, per unit where it changes width: E(‖x_out‖/√fanOut)ˢ =
 * (‖x_in‖/√fanIn)ˢ. For a convolution this is exact at each place of the output (seen as the units there, fed by the
 * patch), not for a whole feature map, whose places share weights and inputs (our own derivation). Kernels of
 * transposed convolutions, which order their channels the other way round, are not served.
 *
 * The normals are not truncated, unlike TensorFlow.js' own heNormal and glorotNormal, whose cut at two standard
 * deviations is not made up for: theirs have 0.77 times the variance they should (heNormal 1.55/fanIn, not 2/fanIn).
 * Every call with one seed and layer gives the same values, on every backend and after a model was saved and loaded.
 *
 * In a layer: `kernelInitializer: momentPreserving({ … })`, or `{ className: 'MomentPreserving', config: { … } }`.
 * @param options `s` in [0.01, 2]; `activation`: what follows the layer; `method` as momentPreservingStd's; `seed`,
 *   `layer`, `depthwise`: see InitializerOptions.
 * @returns an initializer of the TensorFlow.js that was registered last: by loadTensorFlow or registerInitializers.
 * @throws TypeError or RangeError naming the argument at fault; Error if no TensorFlow.js is registered yet.
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
 * Draws kernels N(0, 1/(fanIn · E φ²)), by kaimingStd: 2/fanIn for ReLU. Shapes, options and errors as of
 * momentPreserving, which it equals at s = 2; class name 'KaimingNormal'.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = kaimingNormal({ activation: relu, seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 200 // 1.987
 */
export function kaimingNormal(options: { activation: Activation } & InitializerOptions): Initializer {
  return createInitializer('kaimingNormal', options);
}

/**
 * Draws kernels N(0, 2/(fanIn + fanOut)), by xavierStd, whatever the activation. Shapes, options and errors as of
 * momentPreserving, but fanOut is the number of outputs that an input reaches, the kernel's positions included, as
 * is customary. Class name 'XavierNormal'; since it has no parameter, `kernelInitializer: 'XavierNormal'` works too,
 * with a random seed.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = xavierNormal({ seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 250 // 0.994
 */
export function xavierNormal(options: InitializerOptions): Initializer {
  return createInitializer('xavierNormal', options);
}

/**
 * Draws kernels with the standard deviation of Sussillo and Abbott's random walk initialization, by randomWalkStd.
 * Shapes, options and errors as of momentPreserving; `activation` must be linear or relu. Class name 'RandomWalk'.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = randomWalk({ activation: relu, seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 200 // 2.011
 */
export function randomWalk(options: { activation: Activation } & InitializerOptions): Initializer {
  return createInitializer('randomWalk', options);
}

/**
 * Draws kernels with the critical standard deviation, at which the log-norm neither grows nor falls with depth, by
 * lyapunovStd. Shapes, options and errors as of momentPreserving, whose limit for s → 0 it is where a layer cannot be
 * zero; class name 'Lyapunov'.
 * @example
 * const { tf } = await loadTensorFlow();
 * const kernel = lyapunov({ activation: leakyRelu(0.01), seed: 1 }).apply([200, 300]);
 * tf.moments(kernel).variance.dataSync()[0] * 200 // 2.004
 */
export function lyapunov(options: { activation: Activation } & InitializerOptions): Initializer {
  return createInitializer('lyapunov', options);
}

type InitializerClass = new (given: object) => Initializer;

/** What of TensorFlow.js is used. */
type Registered = Pick<
  TensorFlow,
  'initializers' | 'serialization' | 'tensor' | 'tidy' | 'keep' | 'customGrad' | 'grad' | 'scalar'
>;

/** The TensorFlow.js registered last, and the classes of its initializers by scheme. */
let registered: { tf: Registered; classes: ReadonlyMap<SchemeName, InitializerClass> } | undefined;

/** @throws Error if none is registered. */
function requireRegistered(): NonNullable<typeof registered> {
  if (registered !== undefined) return registered;
  throw new Error(
    'no TensorFlow.js is registered yet: first await loadTensorFlow(), or registerInitializers(tf) with your own',
  );
}

/**
 * The TensorFlow.js registered last.
 * @throws Error if there is none.
 */
export function registeredTensorFlow(): Registered {
  return requireRegistered().tf;
}

/**
 * The initializer of this scheme, made by the TensorFlow.js registered last.
 * @throws as the scheme's own function, such as `momentPreserving`.
 */
export function createInitializer(scheme: SchemeName, options: unknown): Initializer {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`the initializer's options must be an object; got ${received(options)}`);
  return new (requireRegistered().classes.get(scheme)!)(options);
}

/**
 * Registers the initializers with a TensorFlow.js that you loaded yourself, on whatever backend; loadTensorFlow has
 * done it with the one it gives. Needed before momentPreserving and the others are called, and before a model that
 * was saved with them is loaded. Where several copies of TensorFlow.js are in use, initializers belong to the one
 * registered last.
 * @param tf `@tensorflow/tfjs`, `@tensorflow/tfjs-node`, or `@tensorflow/tfjs-core` and `@tensorflow/tfjs-layers`
 *   spread into one object.
 * @throws TypeError if it is not.
 * @example
 * const { tf } = await loadTensorFlow();
 * registerInitializers(tf);
 * kaimingNormal({ activation: linear, seed: 1 }).apply([2, 3]).shape // [2, 3]
 */
export function registerInitializers(tf: Registered): void {
  if (!tf?.initializers?.zeros || !tf.serialization?.registerClass || !tf.tensor)
    throw new TypeError('tf must be TensorFlow.js with its layers, as @tensorflow/tfjs exports it');
  // the base class, for which layers look, is not exported
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
        // without parameters the scheme can be named by a string alone; its layers then still must differ
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
        ? `a depthwise kernel must be [height, width, channels, multiplier]; got shape [${shape}]`
        : `a kernel must be [fanIn, fanOut] or a convolution's [positions…, inputs, outputs]; got shape [${shape}]`,
    );
  const positions = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const [inputs, fanOut] = shape.slice(-2) as [number, number];
  return { fanIn: positions * (depthwise ? 1 : inputs), fanOut, reached: positions * fanOut };
}
