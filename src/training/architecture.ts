import { type Activation, linear, requireActivation } from '../core/activations';
import {
  received,
  requireInteger,
  requireNumber,
  requireObject,
  requireObjects,
  requireOneOf,
} from '../core/validation';
import type { DataSet } from '../datasets/dataSet';

/** A feed-forward network for classification. */
export interface Architecture {
  /** After every fully connected layer but the last; see `activationOnLogits`. */
  activation: Activation;
  /** Fully connected layers, the output layer included; an integer in [1, 1000]. */
  depth: number;
  /** Units of a hidden fully connected layer; an integer in [1, 10⁴]. */
  width: number;
  /** Whether the activation follows the output layer too, as in the authors' ReLU and Leaky ReLU scripts. Default false. */
  activationOnLogits?: boolean;
  /**
   * Initial biases: `'zero'` (default), or `'pytorch'`, uniform on ±1/√fanIn as torch.nn.Linear has them and the authors
   * leave them.
   */
  biases?: 'zero' | 'pytorch';
  /**
   * Convolutions before the fully connected layers, each without padding and followed by max pooling 2 × 2 and ReLU.
   * Their kernels and biases are uniform on ±1/√fanIn (PyTorch's default) whatever the scheme. Default none.
   */
  convolutions?: readonly Convolution[];
}

/** One convolution: `channels` outputs, kernel `size` × `size`. */
export interface Convolution {
  channels: number;
  size: number;
}

/** What a scheme is told of the layer whose weights it scales. */
export interface LayerShape {
  /** What follows the layer; linear after an output layer without activation. */
  activation: Activation;
  fanIn: number;
  fanOut: number;
}

/** An initialization scheme: the standard deviation of a fully connected layer's Gaussian weights. */
export type Scheme = (layer: LayerShape) => number;

/** An architecture with everything decided, sized for a data set. */
export interface Network {
  activation: Activation;
  activationOnLogits: boolean;
  biases: 'zero' | 'pytorch';
  image: { height: number; width: number; channels: number };
  convolutions: readonly Convolution[];
  /** Units from the first fully connected layer's input to the output: depth + 1 numbers. */
  sizes: readonly number[];
}

/**
 * The network that an architecture gives on a data set.
 * @throws TypeError or RangeError naming the part at fault.
 */
export function sizedNetwork(architecture: Architecture, data: DataSet): Network {
  requireObject('architecture', architecture, 'an object { activation, depth, width, … }');
  const { depth, width, activationOnLogits = false, biases = 'zero', convolutions = [] } = architecture;
  const activation = requireActivation(architecture.activation, 'architecture.activation');
  requireInteger('architecture.depth', depth, { atLeast: 1, atMost: 1000 });
  requireInteger('architecture.width', width, { atLeast: 1, atMost: 1e4 });
  requireOneOf('architecture.biases', biases, ['zero', 'pytorch']);
  if (typeof activationOnLogits !== 'boolean')
    throw new TypeError(
      `architecture.activationOnLogits must be true or false; got ${received(activationOnLogits)}`,
    );
  requireObjects('architecture.convolutions', convolutions, 'objects { channels, size }');
  let { height, width: columns, channels } = data;
  convolutions.forEach((convolution, i) => {
    const name = `architecture.convolutions[${i}]`;
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
 * The standard deviations that each scheme gives the fully connected layers, by the scheme's name.
 * @throws whatever a scheme throws; TypeError or RangeError if it is no function or gives no positive number.
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
