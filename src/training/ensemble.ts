import type { Tensor } from '@tensorflow/tfjs-core';
import { inEvaluation } from '../core/activations';
import type { RandomStream } from '../core/random';
import type { TensorFlow } from '../tensorflow/native';
import { type Activated, activationOps } from './activate';
import type { Network } from './architecture';
import { createConvolutions } from './convolutions';
import type { Ops } from './ops';
import { createParameters, type EnsembleParameters, type RunState } from './parameters';
import type { Descent } from './settings';

/** Inputs of a training step or an evaluation. */
export interface Batch {
  /** The scaled pixels of `count` images for each run, or one set for all runs. */
  pixels: Float32Array;
  count: number;
}

/** The results of a training step, evaluated before the update: one number per network, runs outermost. */
export interface StepResult {
  /** Sum of the cross-entropies of the images. */
  losses: Float64Array;
  /** Number of correctly classified images. */
  correct: Int32Array;
}

/** Networks of several runs and schemes, trained as one program: every tensor contains all of them. */
export interface Ensemble {
  /**
   * One step of gradient descent for every network. The schemes of a run share its batch.
   * @param labels the concatenated labels of the runs' batches
   * @param noise one stream per run, for randomized slopes and dropout
   */
  step(batch: Batch, labels: Int32Array, learningRate: number, noise: readonly RandomStream[]): StepResult;
  /**
   * Evaluates all networks on one batch. Returns the pre-activations and the logits of the output layer as
   * [run, scheme, image, class]; they are the same unless the activation is applied to the logits.
   */
  evaluate(batch: Batch): { preActivations: Float32Array; logits: Float32Array };
  /** The state for a checkpoint: a copy of the networks of every run and, with momentum, their velocities. */
  state(): RunState[];
  /** Frees the memory of the networks. */
  dispose(): void;
}

/**
 * Creates an ensemble from the states of its runs.
 *
 * Activations have the shape [run, scheme, image, unit]: oneDNN multiplies a tenth faster than with the images last.
 */
export function createEnsemble(
  tf: TensorFlow,
  ops: Ops,
  network: Network,
  descent: Descent,
  runs: readonly RunState[],
): Ensemble {
  const schemes = runs[0]!.parameters.length;
  const parameters = createParameters(tf, ops, network, descent, runs);
  const layers = denseLayers(tf, ops, network, parameters, runs.length, schemes);
  return {
    step: trainingStep(tf, ops, network, parameters, layers),
    evaluate: evaluation(tf, ops, network, layers),
    state: parameters.state,
    dispose: parameters.dispose,
  };
}

/** The fully connected layers of all networks, and their inputs. */
interface DenseLayers {
  runs: number;
  schemes: number;
  depth: number;
  /**
   * The input of the first layer, with one row per image, and the gradients of the convolutions before it.
   */
  inputs(batch: Batch): { features: Tensor; gradients: ((down: Tensor) => Tensor[]) | undefined };
  /** Wx + b as [run, scheme, image, unit]. */
  preActivation(layer: number, below: Tensor): Tensor;
  isActivated(layer: number): boolean;
  /** [run, scheme, image, class] → [network · image, class] */
  rows(logits: Tensor): Tensor;
}

function denseLayers(
  tf: TensorFlow,
  ops: Ops,
  network: Network,
  parameters: EnsembleParameters,
  runs: number,
  schemes: number,
): DenseLayers {
  const { sizes, activationOnLogits } = network;
  const depth = sizes.length - 1;
  const convolutions =
    network.convolutions.length === 0 ? undefined : createConvolutions(tf, ops, network, runs, schemes);
  return {
    runs,
    schemes,
    depth,
    inputs({ pixels, count: images }) {
      if (convolutions) return convolutions.forward(parameters.convolutional(), pixels, images);
      const shape = [pixels.length / (images * sizes[0]!), 1, images, sizes[0]!] as const;
      return { features: tf.tensor4d(pixels, [...shape]), gradients: undefined };
    },
    preActivation(layer, below) {
      const product = ops.matMul(below, parameters.weights(layer), false, true);
      const sum = ops.add(product, parameters.biases(layer));
      product.dispose();
      return sum;
    },
    isActivated: (layer) => layer < depth - 1 || activationOnLogits,
    rows: (logits) => tf.reshape(logits, [-1, sizes[depth]!]),
  };
}

/** One step of gradient descent for every network. */
function trainingStep(
  tf: TensorFlow,
  ops: Ops,
  { activation, sizes }: Network,
  parameters: EnsembleParameters,
  { runs, schemes, depth, inputs, preActivation, isActivated, rows }: DenseLayers,
): Ensemble['step'] {
  const classes = sizes[depth]!;

  const forward = (features: Tensor, noise: readonly RandomStream[]) => {
    const activate = activationOps(tf, ops, activation, noise);
    const passed: { below: Tensor; backward: Activated['backward'] }[] = [];
    let signal = features;
    for (let layer = 0; layer < depth; layer++) {
      const below = signal;
      const z = preActivation(layer, below);
      const { value, backward }: Activated = isActivated(layer)
        ? activate(z)
        : { value: z, backward: (gradient) => gradient };
      if (value !== z) z.dispose();
      signal = value;
      passed.push({ below, backward });
    }
    return { outputs: signal, passed };
  };

  /** Updates the layers, last to first; returns the gradient with respect to the features if `wanted`. */
  const backward = (
    gradient: Tensor,
    passed: ReturnType<typeof forward>['passed'],
    learningRate: number,
    wanted: boolean,
  ): Tensor => {
    let down = gradient;
    for (let layer = depth - 1; layer >= 0; layer--) {
      const { below, backward } = passed[layer]!;
      const d = backward(down);
      if (d !== down) down.dispose();
      if (layer > 0 || wanted) down = ops.matMul(d, parameters.weights(layer), false, false);
      parameters.descendWeights(layer, ops.matMul(d, below, true, false), learningRate);
      parameters.descendBiases(layer, ops.sumOverRows(d), learningRate);
      d.dispose();
    }
    return down;
  };

  return (batch, labels, learningRate, noise) =>
    tidied(tf, () => {
      const images = batch.count;
      const { features, gradients } = inputs(batch);
      const { outputs, passed } = forward(features, noise);
      const logits = rows(outputs);
      const { losses, gradient } = ops.crossEntropy(logits, repeated(labels, images, schemes));
      // scaling the first gradient by learning rate / images scales all of them
      const scaled = ops.multiply(gradient, tf.scalar(learningRate / images));
      const byOutputs = tf.reshape(scaled, [runs, schemes, images, classes]);
      const byFeatures = backward(byOutputs, passed, learningRate, gradients !== undefined);
      if (gradients) parameters.descendConvolutional(gradients(byFeatures), learningRate);
      parameters.endStep(learningRate);
      return tally(losses, tf.argMax(logits, 1), labels, images, schemes);
    });
}

/** The output layer of every network on one batch. */
function evaluation(
  tf: TensorFlow,
  ops: Ops,
  { activation, activationOnLogits }: Network,
  { depth, inputs, preActivation, rows }: DenseLayers,
): Ensemble['evaluate'] {
  return (batch) =>
    tidied(tf, () => {
      const activate = activationOps(tf, ops, inEvaluation(activation), []);
      let signal: Tensor = inputs(batch).features;
      for (let layer = 0; layer < depth - 1; layer++) {
        const z = preActivation(layer, signal);
        signal.dispose();
        signal = activate(z).value;
        if (signal !== z) z.dispose();
      }
      const outputs = preActivation(depth - 1, signal);
      const read = (x: Tensor) => rows(x).dataSync() as Float32Array;
      const preActivations = read(outputs);
      return { preActivations, logits: activationOnLogits ? read(activate(outputs).value) : preActivations };
    });
}

/**
 * Frees the tensors made by `work`. Its result contains none, and tf.tidy would search it element by element.
 */
function tidied<Result>(tf: TensorFlow, work: () => Result): Result {
  let result: Result;
  tf.tidy(() => {
    result = work();
  });
  return result!;
}

/** Sums the losses and correct guesses over the images of each network. */
function tally(
  losses: Tensor,
  guesses: Tensor,
  labels: Int32Array,
  images: number,
  schemes: number,
): StepResult {
  const loss = losses.dataSync();
  const guess = guesses.dataSync();
  const networks = loss.length / images;
  const result = { losses: new Float64Array(networks), correct: new Int32Array(networks) };
  for (let network = 0; network < networks; network++) {
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
}

/** Repeats the labels of each run for every scheme. */
function repeated(labels: Int32Array, images: number, schemes: number): Int32Array {
  const result = new Int32Array(labels.length * schemes);
  for (let at = 0; at < result.length; at += images) {
    const run = Math.floor(at / (images * schemes));
    result.set(labels.subarray(run * images, (run + 1) * images), at);
  }
  return result;
}
