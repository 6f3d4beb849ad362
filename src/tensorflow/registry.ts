import { relu } from '../core/activations';
import { randomStream } from '../core/random';
import {
  randomSeed,
  received,
  requireBoolean,
  requireObject,
  requireOptions,
  requireSeed,
} from '../core/validation';
import {
  type Connections,
  type ParameterizedScheme,
  type SchemeName,
  schemeNames,
  schemes,
} from '../theory/schemes';
import type { TensorFlow } from './native';
import type { Initializer } from './structure';

type TfInitializer = Exclude<
  Parameters<TensorFlow['layers']['dense']>[0]['kernelInitializer'],
  string | undefined
>;
type InitializerClass = {
  new (given: object): TfInitializer;
  fromConfig: TensorFlow['serialization']['Serializable']['fromConfig'];
};

/** The part of TensorFlow.js that is used. */
type Registered = Pick<
  TensorFlow,
  | 'initializers'
  | 'serialization'
  | 'tensor'
  | 'variable'
  | 'scalar'
  | 'zerosLike'
  | 'tidy'
  | 'keep'
  | 'dispose'
  | 'customGrad'
  | 'grad'
>;

/** A copy of TensorFlow.js, and the classes of its initializers by scheme. */
interface Copy {
  tf: Registered;
  classes: ReadonlyMap<SchemeName, InitializerClass>;
}

/** The registered copies by their own base class of initializers, which tells them apart; the last one last. */
const copies = new Map<unknown, Copy>();

/** @throws Error if no TensorFlow.js is registered. */
function lastCopy(): Copy {
  const last = [...copies.values()].at(-1);
  if (last !== undefined) return last;
  throw new Error(
    'no TensorFlow.js is registered: call await loadTensorFlow() first, or registerInitializers(tf) with your own',
  );
}

/**
 * The TensorFlow.js registered last. Its operations accept the tensors of other copies, with which it shares its engine.
 * @throws Error if no TensorFlow.js is registered.
 */
export function registeredTensorFlow(): Registered {
  return lastCopy().tf;
}

/** The options of an initializer beside those of its scheme. */
const ownOptions = ['seed', 'layer', 'depthwise'];

/** What an initializer given by its name alone, without a configuration, is created with. */
const ofName = { s: 1, activation: relu };

/**
 * Creates the initializer of a scheme, for the layers of every registered TensorFlow.js.
 * @throws the errors of the scheme's own function, such as `momentPreserving`.
 */
export function createInitializer(scheme: SchemeName, options: unknown): TfInitializer & Initializer {
  requireObject('options', options, 'an object of options');
  // with a layer the options are never empty, as those of a name are
  const given = { layer: 0, ...(options as object) };
  return new (lastCopy().classes.get(scheme)!)(given) as TfInitializer & Initializer;
}

/**
 * Registers the initializers of this package with a TensorFlow.js that you loaded yourself, on any backend.
 * Call it before creating initializers and before loading a model that was saved with them. It is not needed
 * after loadTensorFlow. With several copies of TensorFlow.js in a program, register each of them that makes layers.
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
    new (): TfInitializer;
    fromConfig: InitializerClass['fromConfig'];
  };
  const classes = new Map<SchemeName, InitializerClass>();
  for (const name of schemeNames) {
    const className = name.charAt(0).toUpperCase() + name.slice(1);
    class SchemeInitializer extends Base {
      static className = className;
      readonly #scheme: ParameterizedScheme;
      readonly #seed: number;
      readonly #layer: number;
      readonly #depthwise: boolean;

      /** TensorFlow.js adds its custom objects to every configuration that it reads. */
      static override fromConfig: InitializerClass['fromConfig'] = (cls, { customObjects: _, ...config }) =>
        new cls(config);

      constructor(given: object) {
        super();
        const config = given as Readonly<Record<string, unknown>>;
        const named = Object.keys(config).length === 0;
        this.#scheme = schemes[name](named ? ofName : config);
        const ownNames = Object.keys(this.#scheme.parameters);
        const { seed, layer, depthwise } = requireOptions('options', config, [...ownNames, ...ownOptions]);
        // at random, since layers of one shape with the same fixed seed would start with the same weights
        this.#seed = seed === undefined ? randomSeed() : requireSeed(seed);
        this.#layer = layer === undefined ? 0 : requireSeed(layer, 'layer');
        this.#depthwise = depthwise === undefined ? false : requireBoolean('depthwise', depthwise);
      }

      /** Only another copy of TensorFlow.js reads this, and `config`: it makes an initializer of its own from both. */
      get className(): string {
        if (copies.size > 1) return className;
        throw new Error(
          `a second copy of TensorFlow.js was given an initializer of the one that is registered (${versionOf(tf)}): ` +
            'call registerInitializers(tf) with that copy too, or keep one copy; npm ls @tensorflow/tfjs-layers lists them',
        );
      }

      get config(): object {
        return this.getConfig();
      }

      override getClassName(): string {
        return className;
      }

      override apply(shape: (number | null)[], dtype = 'float32'): ReturnType<TfInitializer['apply']> {
        if (dtype !== 'float32') throw new TypeError(`dtype must be 'float32'; got ${received(dtype)}`);
        const std = this.#scheme.std(connections(shape as number[], this.#depthwise));
        const values = new Float32Array((shape as number[]).reduce((product, size) => product * size, 1));
        randomStream(this.#seed, this.#layer).fillNormals(values, std);
        return tf.tensor(values, shape as number[], 'float32');
      }

      override getConfig(): ReturnType<TfInitializer['getConfig']> {
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
    // by the name of its function too, as 'heNormal' in TensorFlow.js; models are saved with the class name
    class NamedInitializer extends SchemeInitializer {
      static override className = name;
    }
    tf.serialization.registerClass(NamedInitializer);
    classes.set(name, SchemeInitializer);
  }
  copies.delete(Base);
  copies.set(Base, { tf, classes });
}

/** The version of a copy, where it tells it. */
function versionOf(tf: Registered): string {
  return (tf as { version_core?: string }).version_core ?? 'of unknown version';
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
  const reached = positions * fanOut;
  return depthwise
    ? { fanIn: positions, fanOut: inputs * fanOut, reached }
    : { fanIn: positions * inputs, fanOut, reached };
}
