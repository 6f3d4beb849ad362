import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow/native';
import type { Network } from './architecture';
import type { Ops } from './ops';
import type { Descent } from './settings';
import type { Parameters } from './weights';

/** The networks of one run, one per scheme. */
export interface RunState {
  parameters: Parameters[];
  /** Learning rate · velocity; empty without momentum. */
  velocities: Parameters[];
  /** The learning rate of the last step. */
  learningRate: number;
}

/** The parameters of all networks of an ensemble, each as one tensor [run, scheme, …]. */
export interface EnsembleParameters {
  /** The kernels and biases of the convolutions, alternating. */
  convolutional(): readonly Tensor[];
  weights(layer: number): Tensor;
  biases(layer: number): Tensor;
  /**
   * One step of gradient descent for the weights of a layer. `gradient` includes the learning rate, and is
   * freed.
   */
  descendWeights(layer: number, gradient: Tensor, learningRate: number): void;
  descendBiases(layer: number, gradient: Tensor, learningRate: number): void;
  descendConvolutional(gradients: readonly Tensor[], learningRate: number): void;
  /** Called after the step of all parameters. */
  endStep(learningRate: number): void;
  state(): RunState[];
  dispose(): void;
}

/** Combines the parameters of all networks. */
export function createParameters(
  tf: TensorFlow,
  ops: Ops,
  network: Network,
  descent: Descent,
  runs: readonly RunState[],
): EnsembleParameters {
  const front = 2 * network.convolutions.length;
  const schemes = runs[0]!.parameters.length;
  const shapes = parameterShapes(network, runs);
  const join = (ofRuns: readonly Parameters[][]) => joined(tf, ofRuns, shapes);
  const parameters = join(runs.map((run) => run.parameters));
  const velocities = descent.momentum === 0 ? [] : join(runs.map((run) => run.velocities));
  let lastRate = runs[0]!.learningRate;

  const descend = (i: number, gradient: Tensor, learningRate: number) => {
    let change = gradient;
    if (descent.weightDecay !== 0)
      change = ops.add(change, ops.multiply(parameters[i]!, tf.scalar(learningRate * descent.weightDecay)));
    if (descent.momentum !== 0) {
      // the velocities include the last learning rate, which may have changed
      const kept = descent.momentum * (learningRate / lastRate);
      change = tf.keep(ops.add(ops.multiply(velocities[i]!, tf.scalar(kept)), change));
      velocities[i]!.dispose();
      velocities[i] = change;
    }
    parameters[i] = ops.subtractFrom(parameters[i]!, change);
    gradient.dispose();
  };

  return {
    convolutional: () => parameters.slice(0, front),
    weights: (layer) => parameters[front + 2 * layer]!,
    biases: (layer) => parameters[front + 2 * layer + 1]!,
    descendWeights: (layer, gradient, learningRate) => descend(front + 2 * layer, gradient, learningRate),
    descendBiases: (layer, gradient, learningRate) => descend(front + 2 * layer + 1, gradient, learningRate),
    descendConvolutional(gradients, learningRate) {
      gradients.forEach((gradient, i) => {
        descend(i, gradient, learningRate);
      });
    },
    endStep(learningRate) {
      lastRate = learningRate;
    },
    state() {
      const [p, v] = [parameters, velocities].map((tensors) => separated(tensors, runs.length, schemes));
      return runs.map((_, run) => ({
        parameters: p![run]!,
        velocities: velocities.length === 0 ? [] : v![run]!,
        learningRate: lastRate,
      }));
    },
    dispose: () => tf.dispose([...parameters, ...velocities]),
  };
}

/** The shape of each combined parameter. */
function parameterShapes({ convolutions, sizes }: Network, runs: readonly RunState[]): number[][] {
  const schemes = runs[0]!.parameters.length;
  const front = 2 * convolutions.length;
  return runs[0]!.parameters[0]!.map(({ length }, i) => {
    if (i < front) return [runs.length, schemes, length];
    const layer = (i - front) >> 1;
    const [fanIn, fanOut] = [sizes[layer]!, sizes[layer + 1]!];
    if ((i - front) % 2 === 1) return [runs.length, schemes, 1, fanOut];
    return [runs.length, schemes, fanOut, fanIn];
  });
}

/** Combines each parameter of all networks in one tensor. */
function joined(tf: TensorFlow, ofRuns: readonly Parameters[][], shapes: readonly number[][]): Tensor[] {
  const networks = ofRuns.flat();
  return shapes.map((shape, i) => {
    const { length } = networks[0]![i]!;
    const values = new Float32Array(networks.length * length);
    networks.forEach((parameters, network) => {
      values.set(parameters[i]!, network * length);
    });
    return tf.keep(tf.tensor(values, shape));
  });
}

/** The inverse of `joined`: the values by run, scheme and parameter. */
function separated(tensors: readonly Tensor[], runs: number, schemes: number): Parameters[][] {
  const values = tensors.map((tensor) => tensor.dataSync() as Float32Array);
  return Array.from({ length: runs }, (_, run) =>
    Array.from({ length: schemes }, (__, scheme) =>
      values.map((all) => {
        const length = all.length / (runs * schemes);
        const at = (run * schemes + scheme) * length;
        return all.slice(at, at + length);
      }),
    ),
  );
}
