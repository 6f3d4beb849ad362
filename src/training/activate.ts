import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../core/activations';
import type { RandomStream } from '../core/random';
import type { TensorFlow } from '../tensorflow/native';
import type { Ops } from './ops';

/** φ(z), and the function that maps the gradient with respect to φ(z) to the one with respect to z. */
export interface Activated {
  value: Tensor;
  backward(gradient: Tensor): Tensor;
}

/** The activation of pre-activations [run, scheme, image, unit]; `noise` has one stream per run. */
export function activationOps(
  tf: TensorFlow,
  ops: Ops,
  { lower, upper, keep, scale }: Activation,
  noise: readonly RandomStream[],
): (z: Tensor) => Activated {
  const scaled = (x: Tensor) => (scale === 1 ? x : ops.multiply(x, tf.scalar(scale)));
  if (keep === 1 && lower === 1 && upper === 1) return (z) => ({ value: scaled(z), backward: scaled });
  if (keep === 1 && lower === upper && lower >= 0 && lower < 1)
    return (z) => {
      // the gradient may use the sign of the value in place of that of z
      const value = ops.leakyRelu(z, lower);
      return {
        value: scaled(value),
        backward: (gradient) => ops.leakyReluGradient(scaled(gradient), value, lower),
      };
    };
  return (z) => {
    // the networks of a run share the random slopes and masks
    const uniform = () =>
      tf.concat(
        noise.map((stream) =>
          ops.uniform([1, 1, ...z.shape.slice(2)], [stream.uint32() | 0, stream.uint32() | 0]),
        ),
      );
    const slope = lower === upper ? tf.scalar(lower) : tf.add(tf.mul(uniform(), upper - lower), lower);
    const slopes = tf.where(tf.greater(z, 0), tf.scalar(1), slope);
    const kept = keep === 1 ? slopes : tf.mul(slopes, tf.cast(tf.less(uniform(), keep), 'float32'));
    const factor = scaled(kept);
    return {
      value: ops.multiply(z, factor),
      backward: (gradient) => ops.multiply(gradient, factor),
    };
  };
}
