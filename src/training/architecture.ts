import { type Activation, type ActivationLike, linear, requireActivation } from '../core/activations';
import {
  received,
  requireBoolean,
  requireInteger,
  requireNumber,
  requireObjects,
  requireOneOf,
  requireOptions,
} from '../core/validation';
import type { DataSet } from '../datasets/dataSet';

/** A feed-forward network for classification. */
export interface Architecture {
  /** Activation of every fully connected layer except the last; see `activationOnLogits`. */
  activation: ActivationLike;
  /** Number of fully connected layers, including the output layer; an integer in [1, 1000]. */
  depth: number;
  /** Number of units of each hidden fully connected layer; an integer in [1, 10⁴]. */
  width: number;
  /**
   * Whether to apply the activation to the output layer too, as the authors' (Leaky) ReLU scripts do. Default
   * false.
   */
  activationOnLogits?: boolean;
  /**
   * Initial biases: `'zero'` (default), or `'pytorch'`: uniform on [−1/√fanIn, 1/√fanIn], the default of
   * torch.nn.Linear, which the authors use. docs/theory.md, equation (83).
   */
  biases?: 'zero' | 'pytorch';
  /**
   * Convolutions before the fully connected layers, without padding, each followed by 2 × 2 max pooling and
   * ReLU. Their kernels and biases are drawn by equation (83) for every scheme. Default: none.
   */
  convolutions?: readonly Convolution[];
}

/** A convolutional layer. */
export interface Convolution {
  /** Number of output channels, an integer in [1, 10⁴]. */
  channels: number;
  /** Height and width of the kernel, an integer ≥ 1 and less than the height and width of the image. */
  size: number;
}

/** A fully connected layer, as passed to a scheme. */
export interface LayerShape {
  /** Activation after the layer; linear for an output layer without activation. */
  activation: Activation;
  /** Number of inputs. */
  fanIn: number;
  /** Number of units. */
  fanOut: number;
}

/**
 * An initialization scheme: returns the standard deviation of the Gaussian weights of a fully connected
 * layer.
 */
export type Scheme = (layer: LayerShape) => number;

/** An architecture with all defaults filled in, for a specific data set. */
export interface Network {
  activation: Activation;
  activationOnLogits: boolean;
  biases: 'zero' | 'pytorch';
  image: { height: number; width: number; channels: number };
  convolutions: readonly Convolution[];
  /** Sizes from the input of the first fully connected layer to the output: depth + 1 numbers. */
  sizes: readonly number[];
}

/**
 * The network of an architecture for a data set.
 * @throws TypeError or RangeError naming the invalid part.
 */
export function sizedNetwork(
  architecture: Architecture,
  data: Omit<DataSet, 'name' | 'train' | 'test'>,
): Network {
  requireOptions('architecture', architecture, [
    ...['activation', 'depth', 'width', 'activationOnLogits', 'biases', 'convolutions'],
  ]);
  const { depth, width, activationOnLogits = false, biases = 'zero', convolutions = [] } = architecture;
  const activation = requireActivation(architecture.activation, 'architecture.activation');
  requireInteger('architecture.depth', depth, { atLeast: 1, atMost: 1000 });
  requireInteger('architecture.width', width, { atLeast: 1, atMost: 1e4 });
  requireOneOf('architecture.biases', biases, ['zero', 'pytorch']);
  requireBoolean('architecture.activationOnLogits', activationOnLogits);
  requireObjects('architecture.convolutions', convolutions, 'objects { channels, size }');
  let { height, width: columns, channels } = data;
  convolutions.forEach((convolution, i) => {
    const name = `architecture.convolutions[${i}]`;
    requireOptions(name, convolution, ['channels', 'size']);
    requireInteger(`${name}.channels`, convolution.channels, { atLeast: 1, atMost: 1e4 });
    requireInteger(`${name}.size`, convolution.size, { atLeast: 1, atMost: Math.min(height, columns) - 1 });
    height = Math.floor((height - convolution.size + 1) / 2);
    columns = Math.floor((columns - convolution.size + 1) / 2);
    channels = convolution.channels;
  });
  return {
    activation,
    activationOnLogits,
    biases,
    image: { height: data.height, width: data.width, channels: data.channels },
    convolutions,
    sizes: [height * columns * channels, ...new Array<number>(depth - 1).fill(width), data.classes],
  };
}

/**
 * The weight standard deviations of the fully connected layers, by scheme name.
 * @throws the errors of the schemes; TypeError or RangeError if a scheme is not a function or does not return
 *   a positive number.
 */
export function weightStds(
  schemes: Readonly<Record<string, Scheme>>,
  network: Network,
): Record<string, number[]> {
  const { sizes, activationOnLogits } = network;
  const stdsOf = (name: string, scheme: Scheme): number[] => {
    if (typeof scheme !== 'function')
      throw new TypeError(`schemes['${name}'] must be a function of a layer; got ${received(scheme)}`);
    return sizes.slice(1).map((fanOut, i) => {
      const fanIn = sizes[i]!;
      const isActivated = i < sizes.length - 2 || activationOnLogits;
      const activation = isActivated ? network.activation : linear;
      return requireNumber(
        `schemes['${name}'] of a layer ${fanIn} → ${fanOut}`,
        scheme({ activation, fanIn, fanOut }),
        { above: 0 },
      );
    });
  };
  return Object.fromEntries(Object.entries(schemes).map(([name, scheme]) => [name, stdsOf(name, scheme)]));
}
