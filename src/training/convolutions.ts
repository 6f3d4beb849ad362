import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow/native';
import type { Network } from './architecture';
import type { Ops } from './ops';

/** The convolutional part of an ensemble: repeated convolution, 2 × 2 max pooling and ReLU. */
export interface Convolutions {
  /**
   * @param parameters kernels and biases, alternating, each [run, scheme, values]
   * @param pixels the images of every run, or one set of images for all runs
   */
  forward(parameters: readonly Tensor[], pixels: Float32Array, images: number): Features;
}

export interface Features {
  /** [run, scheme, image, feature] */
  features: Tensor4D;
  /**
   * From the gradient with respect to the features, the gradients of all kernels and biases, in their shapes.
   */
  gradients(down: Tensor): Tensor[];
}

export function createConvolutions(
  tf: TensorFlow,
  ops: Ops,
  network: Network,
  runs: number,
  schemes: number,
): Convolutions {
  const { height, width, channels } = network.image;
  return {
    forward(parameters, pixels, images) {
      const size = images * height * width * channels;
      const sets = Array.from({ length: pixels.length / size }, (_, i) =>
        tf.tensor4d(pixels.subarray(i * size, (i + 1) * size), [images, height, width, channels]),
      );
      const passes = Array.from({ length: runs }, (_, run) => {
        const ofRun = parameters.map((parameter) => tf.reshape(tf.slice(parameter, run, 1), [schemes, -1]));
        return runPass(tf, ops, network, ofRun, sets[run % sets.length]!);
      });
      return {
        features: tf.reshape(tf.stack(passes.flatMap(({ outputs }) => outputs)), [runs, schemes, images, -1]),
        gradients(down) {
          const perRun = passes.map(({ outputs, gradients }, run) =>
            gradients(
              outputs.map(({ shape }, scheme) =>
                tf.reshape(tf.slice(down, [run, scheme, 0, 0], [1, 1, -1, -1]), shape),
              ),
            ),
          );
          return perRun[0]!.map((_, i) => tf.stack(perRun.map((gradients) => gradients[i]!)));
        },
      };
    },
  };
}

/** The convolutions of the networks of one run. */
interface RunPass {
  /** One per scheme. */
  outputs: Tensor4D[];
  /**
   * From the gradients with respect to the outputs, those of the kernels and biases, each [scheme, values].
   */
  gradients(downs: Tensor4D[]): Tensor[];
}

/** @param parameters kernels and biases, alternating, each [scheme, values] */
function runPass(
  tf: TensorFlow,
  ops: Ops,
  { image, convolutions }: Network,
  parameters: readonly Tensor[],
  x: Tensor4D,
): RunPass {
  const schemes = parameters[0]!.shape[0]!;
  const { channels, size } = convolutions[0]!;
  /** The schemes' kernels or biases side by side, as one kernel with schemes · channels outputs. */
  const sideBySide = (parameter: Tensor) =>
    tf.transpose(tf.reshape(parameter, [schemes, -1, channels]), [1, 0, 2]);
  const apart = (gradient: Tensor) =>
    tf.reshape(tf.transpose(tf.reshape(gradient, [-1, schemes, channels]), [1, 0, 2]), [schemes, -1]);

  // the networks of a run have the same images, so that their first convolutions can be computed as one
  const first = convolve(
    tf,
    ops,
    x,
    tf.reshape(sideBySide(parameters[0]!), [size, size, image.channels, -1]),
    tf.reshape(sideBySide(parameters[1]!), [-1]),
  );
  const branches = tf.split(first.value, schemes, 3).map((branch, scheme) =>
    branchPass(
      tf,
      ops,
      convolutions,
      parameters.map((parameter) => tf.slice(parameter, scheme, 1)),
      branch as Tensor4D,
    ),
  );
  return {
    outputs: branches.map(({ output }) => output),
    gradients(downs) {
      const own = branches.map(({ gradients }, scheme) => gradients(downs[scheme]!));
      const down = tf.concat(
        own.map(({ input }) => input),
        3,
      );
      const { kernel, biases } = first.backward(down, false);
      return [
        apart(kernel),
        apart(biases),
        ...own[0]!.parameters.map((_, i) =>
          tf.stack(own.map((gradients) => tf.reshape(gradients.parameters[i]!, [-1]))),
        ),
      ];
    },
  };
}

/** All convolutions of one network except the first. */
interface BranchPass {
  output: Tensor4D;
  /**
   * From the gradient with respect to the output, those of the kernels and biases (alternating) and the
   * input.
   */
  gradients(down: Tensor4D): { parameters: Tensor[]; input: Tensor4D };
}

/** @param parameters kernels and biases of all convolutions, alternating; those of the first are not used */
function branchPass(
  tf: TensorFlow,
  ops: Ops,
  convolutions: Network['convolutions'],
  parameters: readonly Tensor[],
  input: Tensor4D,
): BranchPass {
  const layers: Convolved[] = [];
  let output = input;
  for (let i = 1; i < convolutions.length; i++) {
    const { size, channels } = convolutions[i]!;
    const [kernel, biases] = parameters.slice(2 * i, 2 * i + 2) as [Tensor, Tensor];
    const shape = [size, size, convolutions[i - 1]!.channels, channels] as [number, number, number, number];
    const layer = convolve(tf, ops, output, tf.reshape(kernel, shape), tf.reshape(biases, [channels]));
    layers.push(layer);
    output = layer.value;
  }
  return {
    output,
    gradients(down) {
      const gradients: Tensor[] = [];
      let d = down;
      for (const layer of [...layers].reverse()) {
        const { kernel, biases, input } = layer.backward(d, true);
        gradients.unshift(kernel, biases);
        d = input!;
      }
      return { parameters: gradients, input: d };
    },
  };
}

/** One convolution on the images of one run, for one network or for all networks that share the input. */
interface Convolved {
  value: Tensor4D;
  /** Gradients with respect to the kernel, the biases and, if requested, the input. */
  backward(down: Tensor4D, input: boolean): { kernel: Tensor; biases: Tensor; input: Tensor4D | undefined };
}

const valid = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };

function convolve(tf: TensorFlow, ops: Ops, x: Tensor4D, kernel: Tensor4D, biases: Tensor): Convolved {
  const engine = tf.engine();
  const convolved: Tensor4D = engine.runKernel('Conv2D', { x, filter: kernel }, valid);
  const { pooled, backward: unpool } = ops.maxPool(convolved);
  // adding biases and ReLU are monotone, so they commute with max pooling and are cheaper after it
  const value = ops.leakyRelu(ops.add(pooled, biases), 0) as Tensor4D;
  return {
    value,
    backward(down, input) {
      const d = ops.leakyReluGradient(down, value, 0) as Tensor4D;
      const dy = unpool(d);
      return {
        kernel: engine.runKernel('Conv2DBackpropFilter', { x, dy }, { ...valid, filterShape: kernel.shape }),
        biases: tf.sum(d, [0, 1, 2]),
        input: input
          ? engine.runKernel('Conv2DBackpropInput', { dy, filter: kernel }, { ...valid, inputShape: x.shape })
          : undefined,
      };
    },
  };
}
