import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow/native';
import type { Network } from './architecture';
import type { Ops } from './ops';

/** The convolutions of an ensemble: convolution, max pooling 2 × 2, ReLU, and again. */
export interface Convolutions {
  /**
   * @param parameters kernels and biases in turn, each [run, scheme, numbers]; what follows them is ignored
   * @param pixels the images of every run, or one set of images for all
   */
  forward(parameters: readonly Tensor[], pixels: Float32Array, images: number): Features;
}

export interface Features {
  /** [run, scheme, image, feature] */
  features: Tensor4D;
  /** From the gradient by the features, the gradients by the kernels and biases, shaped as these. */
  gradients(down: Tensor): Tensor[];
}

/** One layer's work on the images of one run, for one network or for all that share the input. */
interface Layer {
  value: Tensor4D;
  /** Gradients by the kernel, the biases and, if asked for, the input. */
  backward(down: Tensor4D, input: boolean): { kernel: Tensor; biases: Tensor; input: Tensor4D | undefined };
}

export function createConvolutions(
  tf: TensorFlow,
  ops: Ops,
  { image, convolutions }: Network,
  runs: number,
  schemes: number,
): Convolutions {
  const engine = tf.engine();
  const valid = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };

  const layer = (x: Tensor4D, kernel: Tensor4D, biases: Tensor): Layer => {
    const convolved: Tensor4D = engine.runKernel('Conv2D', { x, filter: kernel }, valid);
    const { pooled, backward: unpool } = ops.maxPool(convolved);
    // biases and ReLU keep the order, so they may follow the pooling, where there is less to do
    const value = ops.leakyRelu(ops.add(pooled, biases), 0) as Tensor4D;
    return {
      value,
      backward: (down, input) => {
        const d = ops.leakyReluGradient(down, value, 0) as Tensor4D;
        const dy = unpool(d);
        return {
          kernel: engine.runKernel(
            'Conv2DBackpropFilter',
            { x, dy },
            { ...valid, filterShape: kernel.shape },
          ),
          biases: tf.sum(d, [0, 1, 2]),
          input: input
            ? engine.runKernel(
                'Conv2DBackpropInput',
                { dy, filter: kernel },
                { ...valid, inputShape: x.shape },
              )
            : undefined,
        };
      },
    };
  };

  /** The kernels or biases of one run's networks side by side, as one kernel with schemes · channels outputs. */
  const sideBySide = (parameter: Tensor, run: number, channels: number): Tensor => {
    const own = tf.reshape(tf.slice(parameter, run, 1), [schemes, -1, channels]);
    return tf.transpose(own, [1, 0, 2]);
  };

  const forwardRun = (parameters: readonly Tensor[], x: Tensor4D, run: number) => {
    const { channels, size } = convolutions[0]!;
    // all networks of a run see the same images: their first convolutions are one
    const first = layer(
      x,
      tf.reshape(sideBySide(parameters[0]!, run, channels), [size, size, image.channels, -1]),
      tf.reshape(sideBySide(parameters[1]!, run, channels), [-1]),
    );
    const branches = tf.split(first.value, schemes, 3).map((branch, scheme) => {
      const layers: Layer[] = [];
      let signal = branch as Tensor4D;
      convolutions.slice(1).forEach((convolution, i) => {
        const at = 2 * (i + 1);
        const own = (parameter: Tensor) => tf.slice(parameter, [run, scheme, 0], [1, 1, -1]);
        const inChannels = convolutions[i]!.channels;
        const { size, channels } = convolution;
        const kernel: Tensor4D = tf.reshape(own(parameters[at]!), [size, size, inChannels, channels]);
        layers.push(layer(signal, kernel, tf.reshape(own(parameters[at + 1]!), [channels])));
        signal = layers.at(-1)!.value;
      });
      return { layers, output: signal };
    });
    return { first, branches };
  };

  return {
    forward(parameters, pixels, images) {
      const { height, width, channels } = image;
      const size = images * height * width * channels;
      const sets = Array.from({ length: pixels.length / size }, (_, i) =>
        tf.tensor4d(pixels.subarray(i * size, (i + 1) * size), [images, height, width, channels]),
      );
      const all = Array.from({ length: runs }, (_, run) =>
        forwardRun(parameters, sets[run % sets.length]!, run),
      );
      const outputs = all.flatMap(({ branches }) => branches.map(({ output }) => output));
      return {
        features: tf.reshape(tf.stack(outputs), [runs, schemes, images, -1]),
        gradients: (down) => {
          const perRun = all.map(({ first, branches }, run) => {
            const inner: Tensor[][] = [];
            const downs = branches.map(({ layers, output }, scheme) => {
              let d: Tensor4D = tf.reshape(tf.slice(down, [run, scheme, 0, 0], [1, 1, -1, -1]), output.shape);
              const own: Tensor[] = [];
              for (const one of [...layers].reverse()) {
                const { kernel, biases, input } = one.backward(d, true);
                own.unshift(kernel, biases);
                d = input!;
              }
              inner.push(own);
              return d;
            });
            const { kernel, biases } = first.backward(tf.concat(downs, 3), false);
            const shared = [kernel, biases].map((gradient) =>
              tf.transpose(tf.reshape(gradient, [-1, schemes, convolutions[0]!.channels]), [1, 0, 2]),
            );
            return [
              ...shared.map((gradient) => tf.reshape(gradient, [schemes, -1])),
              ...inner[0]!.map((_, i) => tf.stack(inner.map((own) => tf.reshape(own[i]!, [-1])))),
            ];
          });
          return perRun[0]!.map((_, i) => tf.stack(perRun.map((gradients) => gradients[i]!)));
        },
      };
    },
  };
}
