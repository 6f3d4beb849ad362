import type { Tensor } from '@tensorflow/tfjs-core';
import { inEvaluation } from '../core/activations';
import type { RandomStream } from '../core/random';
import type { TensorFlow } from '../tensorflow/native';
import { type Activated, activationOps } from './activate';
import type { Network } from './architecture';
import { type Convolutions, createConvolutions } from './convolutions';
import type { Ops } from './ops';
import type { Parameters } from './weights';

/** Stochastic gradient descent as torch.optim.SGD does it. */
export interface Descent {
  /** 0 for none; v ← momentum · v + gradient, w ← w − learningRate · v. */
  momentum: number;
  /** 0 for none; this times the parameter is added to the gradient, biases included. */
  weightDecay: number;
}

/** Inputs of one step or one evaluation. */
export interface Batch {
  /** For each run (or once, for all) the scaled pixels of `count` images. */
  pixels: Float32Array;
  count: number;
}

/** What a training step tells, one number a network, runs outermost; both before the step. */
export interface StepResult {
  /** Sum of the images' cross-entropies. */
  losses: Float64Array;
  /** Number of images whose largest logit is the right one. */
  correct: Int32Array;
}

/** Networks of several runs and schemes, trained as one program: every tensor holds all of them. */
export interface Ensemble {
  /**
   * One step of gradient descent for every network, the schemes of a run sharing its batch.
   * @param labels of the runs' batches, one after the other
   * @param noise one stream a run, for randomized slopes and dropout
   */
  step(batch: Batch, labels: Int32Array, learningRate: number, noise: readonly RandomStream[]): StepResult;
  /**
   * The output layer on one batch for all runs, as [run, scheme, image, class]: its pre-activations, and the logits, which
   * are the same without an activation on them.
   */
  evaluate(batch: Batch): { preActivations: Float32Array; logits: Float32Array };
  /** What a checkpoint must hold: a copy of every run's networks and, with momentum, their velocities. */
  state(): RunState[];
  /** Frees the networks' memory. */
  dispose(): void;
}

/** The networks of one run, one a scheme. */
export interface RunState {
  parameters: Parameters[];
  /** Learning rate · velocity, empty without momentum. */
  velocities: Parameters[];
  /** The learning rate of the last step. */
  learningRate: number;
}

/**
 * Sets up an ensemble from the state of each of its runs.
 *
 * Activations are kept as [run, scheme, unit, image]. Thus a run's first layers, whose input the schemes share, are one
 * matrix [schemes · units, inputs] and their products with the batch one product.
 */
export function createEnsemble(
  tf: TensorFlow,
  ops: Ops,
  network: Network,
  descent: Descent,
  runs: readonly RunState[],
): Ensemble {
  const { activation, activationOnLogits, sizes } = network;
  const depth = sizes.length - 1;
  const classes = sizes[depth]!;
  const schemes = runs[0]!.parameters.length;
  const count = runs.length * schemes;
  const front = 2 * network.convolutions.length;
  // the schemes that share a first layer's input
  const sharing = front === 0 ? schemes : 1;

  const shapeOf = (i: number, length: number): number[] => {
    if (i < front) return [runs.length, schemes, length];
    const layer = (i - front) >> 1;
    const [fanIn, fanOut] = [sizes[layer]!, sizes[layer + 1]!];
    if ((i - front) % 2 === 1) return [runs.length, schemes, fanOut, 1];
    return layer === 0
      ? [runs.length, schemes / sharing, sharing * fanOut, fanIn]
      : [runs.length, schemes, fanOut, fanIn];
  };

  /** Each parameter of all networks as one tensor. */
  const joined = (ofRuns: readonly Parameters[][]): Tensor[] =>
    ofRuns[0]![0]!.map(({ length }, i) => {
      const values = new Float32Array(count * length);
      ofRuns.flat().forEach((parameters, network) => {
        values.set(parameters[i]!, network * length);
      });
      return tf.keep(tf.tensor(values, shapeOf(i, length)));
    });
  const parameters = joined(runs.map((run) => run.parameters));
  const velocities = descent.momentum === 0 ? [] : joined(runs.map((run) => run.velocities));
  let lastRate = runs[0]!.learningRate;
  const weights = (layer: number) => parameters[front + 2 * layer]!;
  const biases = (layer: number) => parameters[front + 2 * layer + 1]!;
  const convolutions: Convolutions | undefined =
    front === 0 ? undefined : createConvolutions(tf, ops, network, runs.length, schemes);

  /** Frees the tensors made by `work`, whose result holds none: tf.tidy would look for them number by number. */
  const tidily = <Result>(work: () => Result): Result => {
    let result: Result;
    tf.tidy(() => {
      result = work();
    });
    return result!;
  };

  /** The images as rows of the first fully connected layer's input, with what the gradient needs. */
  const inputs = ({ pixels, count: images }: Batch) => {
    if (convolutions) return convolutions.forward(parameters, pixels, images);
    const shape = [pixels.length / (images * sizes[0]!), 1, images, sizes[0]!] as const;
    return { features: tf.tensor4d(pixels, [...shape]), gradients: undefined };
  };

  const preActivation = (layer: number, below: Tensor, images: number): Tensor => {
    const product = ops.matMul(weights(layer), below, false, layer === 0);
    const shaped = layer > 0 ? product : tf.reshape(product, [runs.length, schemes, sizes[1]!, images]);
    const sum = ops.add(shaped, biases(layer));
    tf.dispose([product, shaped]);
    return sum;
  };

  const isActivated = (layer: number) => layer < depth - 1 || activationOnLogits;

  /** [run, scheme, class, image] → [network · image, class] */
  const rows = (logits: Tensor): Tensor => tf.reshape(tf.transpose(logits, [0, 1, 3, 2]), [-1, classes]);

  const descend = (i: number, gradient: Tensor, learningRate: number) => {
    let change = gradient;
    if (descent.weightDecay !== 0)
      change = ops.add(change, ops.multiply(parameters[i]!, tf.scalar(learningRate * descent.weightDecay)));
    if (descent.momentum !== 0) {
      // the velocities are kept times the learning rate, which may have changed
      const kept = descent.momentum * (learningRate / lastRate);
      change = tf.keep(ops.add(ops.multiply(velocities[i]!, tf.scalar(kept)), change));
      velocities[i]!.dispose();
      velocities[i] = change;
    }
    parameters[i] = ops.subtractFrom(parameters[i]!, change);
    gradient.dispose();
  };

  const step: Ensemble['step'] = (batch, labels, learningRate, noise) =>
    tidily(() => {
      const images = batch.count;
      const { features, gradients } = inputs(batch);
      const activate = activationOps(tf, ops, activation, noise);
      const layers: { below: Tensor; backward: Activated['backward'] }[] = [];
      let signal: Tensor = features;
      for (let layer = 0; layer < depth; layer++) {
        const below = signal;
        const z = preActivation(layer, below, images);
        const { value, backward }: Activated = isActivated(layer)
          ? activate(z)
          : { value: z, backward: (gradient) => gradient };
        if (value !== z) z.dispose();
        signal = value;
        layers.push({ below, backward });
      }
      const logits = rows(signal);
      const { losses, gradient } = ops.crossEntropy(logits, repeated(labels, images, schemes));
      // the learning rate and the mean over images go into the first gradient, and so into all of them
      const scaled = ops.multiply(gradient, tf.scalar(learningRate / images));
      let down: Tensor = tf.transpose(
        tf.reshape(scaled, [runs.length, schemes, images, classes]),
        [0, 1, 3, 2],
      );
      for (let layer = depth - 1; layer >= 0; layer--) {
        const { below, backward } = layers[layer]!;
        const d = backward(down);
        if (d !== down) down.dispose();
        const first = layer === 0;
        const flat = first ? tf.reshape(d, [runs.length, schemes / sharing, sharing * sizes[1]!, images]) : d;
        if (!first) down = ops.matMul(weights(layer), d, true, false);
        else if (gradients) down = ops.matMul(d, weights(0), true, false);
        const i = front + 2 * layer;
        descend(i, ops.matMul(flat, below, false, !first), learningRate);
        descend(i + 1, ops.sumOverColumns(d), learningRate);
        tf.dispose([d, flat]);
      }
      gradients?.(down).forEach((gradient, i) => {
        descend(i, gradient, learningRate);
      });
      lastRate = learningRate;
      return tally(losses, tf.argMax(logits, 1), labels, images);
    });

  const tally = (losses: Tensor, guesses: Tensor, labels: Int32Array, images: number): StepResult => {
    const loss = losses.dataSync();
    const guess = guesses.dataSync();
    const result = { losses: new Float64Array(count), correct: new Int32Array(count) };
    for (let network = 0; network < count; network++) {
      const own = Math.floor(network / schemes) * images;
      let sum = 0;
      let correct = 0;
      for (let image = 0; image < images; image++) {
        sum += loss[network * images + image]!;
        if (guess[network * images + image] === labels[own + image]) correct++;
      }
      result.losses[network] = sum;
      result.correct[network] = correct;
    }
    return result;
  };

  const evaluate: Ensemble['evaluate'] = (batch) =>
    tidily(() => {
      const activate = activationOps(tf, ops, inEvaluation(activation), []);
      let signal: Tensor = inputs(batch).features;
      for (let layer = 0; layer < depth - 1; layer++) {
        const z = preActivation(layer, signal, batch.count);
        signal.dispose();
        signal = activate(z).value;
        if (signal !== z) z.dispose();
      }
      const outputs = preActivation(depth - 1, signal, batch.count);
      const read = (x: Tensor) => rows(x).dataSync() as Float32Array;
      const preActivations = read(outputs);
      return { preActivations, logits: activationOnLogits ? read(activate(outputs).value) : preActivations };
    });

  const state = (): RunState[] => {
    const ofRuns = (tensors: Tensor[]): Parameters[][] => {
      const values = tensors.map((tensor) => tensor.dataSync() as Float32Array);
      return runs.map((_, run) =>
        Array.from({ length: schemes }, (__, scheme) =>
          values.map((all) => {
            const length = all.length / count;
            const at = (run * schemes + scheme) * length;
            return all.slice(at, at + length);
          }),
        ),
      );
    };
    const [p, v] = [ofRuns(parameters), ofRuns(velocities)];
    return runs.map((_, run) => ({
      parameters: p[run]!,
      velocities: velocities.length === 0 ? [] : v[run]!,
      learningRate: lastRate,
    }));
  };

  const dispose = () => tf.dispose([...parameters, ...velocities]);

  return { step, evaluate, state, dispose };
}

/** The labels of each run once a scheme: they are the same for all. */
function repeated(labels: Int32Array, images: number, schemes: number): Int32Array {
  const result = new Int32Array(labels.length * schemes);
  for (let at = 0; at < result.length; at += images) {
    const run = Math.floor(at / (images * schemes));
    result.set(labels.subarray(run * images, (run + 1) * images), at);
  }
  return result;
}
