import { randomStream } from '../core/random';
import type { TensorFlow } from '../tensorflow/native';
import { registeredTensorFlow } from '../tensorflow/registry';
import type { Layer, TfLayersModel, TfTensor } from './modelGraph';

/** The tensor that stands for an output of a layer while a model is built. */
export type Symbolic = ReturnType<TensorFlow['input']>;

/** Applies a layer while a model is built. */
export function through(layer: Layer, ...inputs: Symbolic[]): Symbolic {
  return layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as Symbolic;
}

/** Normal numbers, not from TensorFlow.js: its own generators differ between backends. */
export function normals(shape: number[], seed: number): TfTensor {
  const stream = randomStream(seed, 0);
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from({ length: size }, () => stream.normal());
  return registeredTensorFlow().tensor(values, shape);
}

/** The values of all weights of a model, or of a layer, by name. */
export function weightsOf({ weights }: Pick<TfLayersModel, 'weights'>): Record<string, number[]> {
  return Object.fromEntries(weights.map((weight) => [weight.name, Array.from(weight.read().dataSync())]));
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
