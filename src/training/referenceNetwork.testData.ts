import type { Activation } from '../core/activations';
import type { Network } from './architecture';
import type { Parameters } from './weights';

/**
 * A reference implementation for tests of the ensemble: one network at a time, in float64 and plain loops,
 * with gradients by finite differences. It shares no code with the ensemble.
 */

/** The parameters of one network, in the order of `Parameters`. */
export type Doubles = Float64Array[];

export function toDoubles(parameters: Parameters): Doubles {
  return parameters.map((values) => Float64Array.from(values));
}

const phi = ({ lower, scale }: Activation, z: number) => scale * (z > 0 ? z : lower * z);

/** The logits of one image [row, column, channel]. */
export function logits(network: Network, parameters: Doubles, image: ArrayLike<number>): number[] {
  let { height, width, channels } = network.image;
  let signal = Array.from(image);
  let next = 0;
  for (const { size, channels: out } of network.convolutions) {
    const kernel = parameters[next++]!;
    const biases = parameters[next++]!;
    const [rows, columns] = [(height - size + 1) >> 1, (width - size + 1) >> 1];
    const pooled: number[] = [];
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let o = 0; o < out; o++) {
          let largest = -Infinity;
          for (const [y, x] of [
            [2 * row, 2 * column],
            [2 * row, 2 * column + 1],
            [2 * row + 1, 2 * column],
            [2 * row + 1, 2 * column + 1],
          ] as const) {
            let sum = biases[o]!;
            for (let i = 0; i < size; i++)
              for (let j = 0; j < size; j++)
                for (let c = 0; c < channels; c++)
                  sum +=
                    signal[((y + i) * width + x + j) * channels + c]! *
                    kernel[((i * size + j) * channels + c) * out + o]!;
            largest = Math.max(largest, sum, 0);
          }
          pooled.push(largest);
        }
    [signal, height, width, channels] = [pooled, rows, columns, out];
  }
  const depth = network.sizes.length - 1;
  for (let layer = 0; layer < depth; layer++) {
    const weights = parameters[next++]!;
    const biases = parameters[next++]!;
    const below = signal;
    const isActivated = layer < depth - 1 || network.activationOnLogits;
    signal = Array.from(biases, (bias, unit) => {
      let z = bias;
      for (let i = 0; i < below.length; i++) z += weights[unit * below.length + i]! * below[i]!;
      return isActivated ? phi(network.activation, z) : z;
    });
  }
  return signal;
}

/** Mean softmax cross-entropy of the images in `pixels`. */
export function meanLoss(
  network: Network,
  parameters: Doubles,
  pixels: ArrayLike<number>,
  labels: ArrayLike<number>,
): number {
  const size = pixels.length / labels.length;
  const all = Array.from(pixels);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const z = logits(network, parameters, all.slice(i * size, (i + 1) * size));
    sum += Math.log(z.reduce((total, x) => total + Math.exp(x), 0)) - z[labels[i]!]!;
  }
  return sum / labels.length;
}

/** The gradient of the mean loss by central differences, with an error of about 1e-9 away from kinks. */
export function gradient(
  network: Network,
  parameters: Doubles,
  pixels: ArrayLike<number>,
  labels: ArrayLike<number>,
): Doubles {
  const h = 1e-6;
  return parameters.map((values) =>
    values.map((value, i) => {
      values[i] = value + h;
      const above = meanLoss(network, parameters, pixels, labels);
      values[i] = value - h;
      const below = meanLoss(network, parameters, pixels, labels);
      values[i] = value;
      return (above - below) / (2 * h);
    }),
  );
}
