import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { LoadedTensorFlow } from '../tensorflow/backend';
import type { TensorFlow } from '../tensorflow/native';

/** The operations that dominate the cost of training, on tensors [runs, schemes, rows, columns]. */
export interface Ops {
  /** A·B in the last two axes, optionally transposed; a first or second axis of length 1 is broadcast. */
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  multiply(a: Tensor, b: Tensor): Tensor;
  /** x where x > 0, slope · x elsewhere; slope in [0, 1]. */
  leakyRelu(x: Tensor, slope: number): Tensor;
  /** `gradient` where features > 0, slope · gradient elsewhere. */
  leakyReluGradient(gradient: Tensor, features: Tensor, slope: number): Tensor;
  /** The sum over the rows, whose axis is kept with length 1. */
  sumOverRows(x: Tensor): Tensor;
  /**
   * Softmax cross-entropy of logits [n, classes] and n labels, and its gradient with respect to the logits.
   */
  crossEntropy(logits: Tensor, labels: Int32Array): { losses: Tensor; gradient: Tensor };
  /**
   * 2 × 2 max pooling of images [image, row, column, channel], and the gradient with respect to the images.
   */
  maxPool(images: Tensor4D): { pooled: Tensor4D; backward(gradient: Tensor4D): Tensor4D };
  /** Uniform numbers on [0, 1), determined by the pair of seeds. */
  uniform(shape: number[], seeds: readonly [number, number]): Tensor;
  /** w − change, in place where possible: the result replaces w, which must not be used any more. */
  subtractFrom(w: Tensor, change: Tensor): Tensor;
}

/** 2 × 2 max pooling; a last odd row or column is dropped. */
export const pooling = { filterSize: [2, 2], strides: [2, 2], pad: 'valid' };

/** The operations for the loaded backend. */
export function opsFor({ tf, backend }: LoadedTensorFlow): Ops {
  return backend === 'tensorflow' ? nativeOps(tf) : portableOps(tf);
}

/** The part of the native backend used here: it runs any TensorFlow op by name. */
interface NativeBackend {
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
  binding: Record<string, number>;
}

interface Attribute {
  name: string;
  type: number;
  value: number | boolean | string | number[];
}

/**
 * TensorFlow's ops without the checks and bookkeeping of TensorFlow.js: half the overhead, fewer memory
 * passes.
 */
export function nativeOps(tf: TensorFlow): Ops {
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_FLOAT, TF_INT32, TF_ATTR_TYPE, TF_ATTR_BOOL, TF_ATTR_FLOAT, TF_ATTR_INT, TF_ATTR_STRING } =
    backend.binding;
  const type = (name: string, value: number): Attribute => ({ name, type: TF_ATTR_TYPE!, value });
  const flag = (name: string, value: boolean): Attribute => ({ name, type: TF_ATTR_BOOL!, value });
  const float = type('T', TF_FLOAT!);
  const run = (name: string, attributes: Attribute[], ...inputs: Tensor[]) =>
    backend.executeSingleOutput(name, attributes, inputs);
  const onFloats = [float];
  const products = [false, true].map((a) =>
    [false, true].map((b) => [float, flag('adj_x', a), flag('adj_y', b)]),
  );
  const slopes = new Map<number, Attribute[]>();
  const withSlope = (value: number): Attribute[] => {
    const known = slopes.get(value) ?? [float, { name: 'alpha', type: TF_ATTR_FLOAT!, value }];
    slopes.set(value, known);
    return known;
  };
  const entropy = [float, type('Tlabels', TF_INT32!)];
  const random = [type('dtype', TF_FLOAT!), type('T', TF_INT32!), type('Tseed', TF_INT32!)];
  const rows = new Map<number, Tensor>();
  const allRows = (n: number): Tensor => {
    const known = rows.get(n) ?? tf.keep(tf.range(0, n, 1, 'int32'));
    rows.set(n, known);
    return known;
  };
  const ones = new Map<number, Tensor>();
  const rowOfOnes = (n: number): Tensor => {
    const known = ones.get(n) ?? tf.keep(tf.ones([1, 1, 1, n]));
    ones.set(n, known);
    return known;
  };
  const ints = (name: string, value: number[]): Attribute => ({ name, type: TF_ATTR_INT!, value });
  const text = (name: string, value: string): Attribute => ({ name, type: TF_ATTR_STRING!, value });
  // TensorFlow's MaxPoolGrad searches for the maxima again and is 20 times slower than oneDNN's, which stores
  // them
  const onednnPooling = [
    float,
    ints('ksize', [1, 2, 2, 1]),
    ints('strides', [1, 2, 2, 1]),
    text('padding', 'VALID'),
    ints('explicit_paddings', []),
    text('data_format', 'NHWC'),
    flag('workspace_enabled', true),
    text('_kernel', 'MklNameChangeOp'),
  ];
  const onednnPool: Ops['maxPool'] = (images) => {
    const [pooled, workspace] = backend.executeMultipleOutputs(
      '_MklNativeMaxPool',
      onednnPooling,
      [images],
      2,
    ) as [Tensor4D, Tensor];
    return {
      pooled,
      backward: (gradient) =>
        run('_MklNativeMaxPoolGrad', onednnPooling, images, pooled, gradient, workspace) as Tensor4D,
    };
  };
  const plainPool: Ops['maxPool'] = (images) => {
    const pooled: Tensor4D = tf.engine().runKernel('MaxPool', { x: images }, pooling);
    return {
      pooled,
      backward: (gradient) =>
        tf.engine().runKernel('MaxPoolGrad', { dy: gradient, input: images, output: pooled }, pooling),
    };
  };
  // TensorFlow builds for other processors are without oneDNN's ops
  const canPool = tf.tidy(() => {
    try {
      const { pooled, backward } = onednnPool(tf.ones([1, 2, 2, 1]));
      return backward(pooled).dataSync()[0] === 1;
    } catch {
      return false;
    }
  });
  return {
    maxPool: canPool ? onednnPool : plainPool,
    matMul: (a, b, transposeA, transposeB) =>
      run('BatchMatMulV2', products[Number(transposeA)]![Number(transposeB)]!, a, b),
    add: (a, b) => run('AddV2', onFloats, a, b),
    multiply: (a, b) => run('Mul', onFloats, a, b),
    leakyRelu: (x, slope) => (slope === 0 ? run('Relu', onFloats, x) : run('LeakyRelu', withSlope(slope), x)),
    leakyReluGradient: (gradient, features, slope) =>
      slope === 0
        ? run('ReluGrad', onFloats, gradient, features)
        : run('LeakyReluGrad', withSlope(slope), gradient, features),
    // as a product: the rounding of Sum can depend on where in memory a matrix starts, and so on the other runs
    sumOverRows: (x) => run('BatchMatMulV2', products[0]![0]!, rowOfOnes(x.shape[2]!), x),
    crossEntropy: (logits, labels) => {
      const [losses, gradient] = backend.executeMultipleOutputs(
        'SparseSoftmaxCrossEntropyWithLogits',
        entropy,
        [logits, tf.tensor1d(labels, 'int32')],
        2,
      );
      return { losses: losses!, gradient: gradient! };
    },
    uniform: (shape, seeds) =>
      run('StatelessRandomUniform', random, tf.tensor1d(shape, 'int32'), tf.tensor1d([...seeds], 'int32')),
    subtractFrom: (w, change) => {
      // the result shares the memory of w
      run('InplaceSub', onFloats, w, allRows(w.shape[0]!), change).dispose();
      return w;
    },
  };
}

/** The same operations with public functions of TensorFlow.js, for all other backends. */
export function portableOps(tf: TensorFlow): Ops {
  const portableGradient = (
    gradient: Tensor4D,
    images: Tensor4D,
    { shape: [count, rows, columns, channels] }: Tensor4D,
  ): Tensor4D => {
    const [, height, width] = images.shape;
    const whole = tf.slice(images, [0, 0, 0, 0], [-1, 2 * rows, 2 * columns, -1]);
    const fields = tf.reshape(whole, [count * rows, 2, columns, 2, channels]);
    // the four pixels of a pooling field in the last axis; argMax returns the first maximum
    const pixels = tf.reshape(tf.transpose(fields, [0, 2, 4, 1, 3]), [-1, 4]);
    const chosen = tf.mul(tf.oneHot(tf.argMax(pixels, 1), 4), tf.reshape(gradient, [-1, 1]));
    const back = tf.transpose(tf.reshape(chosen, [count * rows, columns, channels, 2, 2]), [0, 3, 1, 4, 2]);
    return tf.pad4d(tf.reshape(back, [count, 2 * rows, 2 * columns, channels]), [
      [0, 0],
      [0, height - 2 * rows],
      [0, width - 2 * columns],
      [0, 0],
    ]);
  };
  return {
    // WebAssembly is only fast for single matrices
    matMul: (a, b, transposeA, transposeB) => {
      const [runs, schemes] = [0, 1].map((axis) => Math.max(a.shape[axis]!, b.shape[axis]!)) as [
        number,
        number,
      ];
      const matrices = (x: Tensor) => {
        const all = tf.unstack(tf.reshape(x, [-1, ...x.shape.slice(2)])) as Tensor2D[];
        const [ofRuns, ofSchemes] = x.shape as [number, number];
        return (run: number, scheme: number) => all[(run % ofRuns) * ofSchemes + (scheme % ofSchemes)]!;
      };
      const [as, bs] = [matrices(a), matrices(b)];
      const products = Array.from({ length: runs * schemes }, (_, i) => {
        const [run, scheme] = [Math.floor(i / schemes), i % schemes];
        return tf.matMul(as(run, scheme), bs(run, scheme), transposeA, transposeB);
      });
      return tf.reshape(tf.stack(products), [runs, schemes, ...products[0]!.shape]);
    },
    add: tf.add,
    multiply: tf.mul,
    leakyRelu: (x, slope) => (slope === 0 ? tf.relu(x) : tf.leakyRelu(x, slope)),
    leakyReluGradient: (gradient, features, slope) =>
      tf.where(tf.greater(features, 0), gradient, tf.mul(gradient, slope)),
    sumOverRows: (x) => tf.sum(x, 2, true),
    crossEntropy: (logits, labels) => {
      const target = tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1]!);
      const logProbabilities = tf.logSoftmax(logits);
      return {
        losses: tf.neg(tf.sum(tf.mul(logProbabilities, target), -1)),
        gradient: tf.sub(tf.exp(logProbabilities), target),
      };
    },
    // MaxPoolGrad of the WebAssembly backend (TensorFlow.js 4.22) leaves part of its output uninitialized
    maxPool: (images) => {
      const result: Tensor4D = tf.engine().runKernel('MaxPool', { x: images }, pooling);
      return { pooled: result, backward: (gradient) => portableGradient(gradient, images, result) };
    },
    uniform: (shape, seeds) => tf.randomUniform(shape, 0, 1, 'float32', seeds.join()),
    subtractFrom: (w, change) => {
      const result = tf.keep(tf.sub(w, change));
      w.dispose();
      return result;
    },
  };
}
