import type { TensorFlow } from '../tensorflow/native';
import type { Network } from './architecture';
import { type Augmentation, imageReader, type PixelScale, shuffled } from './batches';
import { emptyCurve, type NetworkCurve } from './curves';
import type { DataSet } from './dataSet';
import { createEnsemble, type Descent, type Ensemble, type RunState } from './ensemble';
import type { Ops } from './ops';
import { runStream } from './streams';
import { initialParameters } from './weights';

/** Everything that decides a run's numbers, in a form that can be sent to a worker thread. */
export interface Settings {
  network: Network;
  /** Standard deviations a scheme and fully connected layer, by the scheme's name. */
  stds: Readonly<Record<string, readonly number[]>>;
  batchSize: number;
  epochs: number;
  descent: Descent;
  /** The learning rate of each epoch, 1 … epochs. */
  learningRates: readonly number[];
  pixels: PixelScale;
  augmentation: Augmentation | undefined;
  seed: number;
}

/** How far the networks of one run have come: what a checkpoint holds. */
export interface RunProgress {
  run: number;
  state: RunState;
  curves: NetworkCurve[];
}

/** What training tells while it goes on. */
export interface TrainingHooks {
  /** After every step. False ends the training: the epoch that is cut short leaves no trace. */
  onStep(): boolean;
  /** After every epoch, before the first one too. `state` copies the networks. */
  onEpoch(progress: () => RunProgress[]): void;
}

/** A run before its first epoch. */
export function newRun({ network, stds, descent, learningRates, seed }: Settings, run: number): RunProgress {
  const parameters = initialParameters(network, Object.values(stds), seed, run);
  return {
    run,
    state: {
      parameters,
      velocities:
        descent.momentum === 0
          ? []
          : parameters.map((one) => one.map((values) => new Float32Array(values.length))),
      learningRate: learningRates[0] ?? 1,
    },
    curves: Object.keys(stds).map((scheme) => emptyCurve(scheme, run)),
  };
}

/** Trains runs that have come equally far, together, up to the last epoch. */
export function trainRuns(
  tf: TensorFlow,
  ops: Ops,
  settings: Settings,
  data: DataSet,
  runs: readonly RunProgress[],
  { onStep, onEpoch }: TrainingHooks,
): void {
  const curves = runs.flatMap((run) => run.curves);
  const ensemble = createEnsemble(
    tf,
    ops,
    settings.network,
    settings.descent,
    runs.map(({ state }) => state),
  );
  const progress = () => {
    const states = ensemble.state();
    return runs.map((run, i) => ({ ...run, state: states[i]! }));
  };
  try {
    const done = runs[0]!.curves[0]!.testLoss.length;
    for (let epoch = done; epoch <= settings.epochs; epoch++) {
      if (epoch === 0) {
        for (const curve of curves)
          for (const measure of ['trainLoss', 'lastBatchLoss', 'trainAccuracy'] as const)
            curve[measure].push(Number.NaN);
      } else if (!trainEpoch(ensemble, settings, data, runs, epoch, onStep)) return;
      test(ensemble, settings, data, curves);
      onEpoch(progress);
    }
  } finally {
    ensemble.dispose();
  }
}

/** One pass through the training images, for each run in an order of its own. False if it was ended. */
function trainEpoch(
  ensemble: Ensemble,
  { batchSize, learningRates, pixels, augmentation, seed }: Settings,
  data: DataSet,
  runs: readonly RunProgress[],
  epoch: number,
  onStep: TrainingHooks['onStep'],
): boolean {
  const { train } = data;
  const n = train.labels.length;
  const reader = imageReader(data, pixels);
  const streams = (purpose: 'order' | 'augmentation' | 'noise') =>
    runs.map(({ run }) => runStream(seed, run, epoch, purpose));
  const orders = streams('order').map((random) => shuffled(n, random));
  const crops = streams('augmentation');
  const noise = streams('noise');
  const curves = runs.flatMap((run) => run.curves);
  const losses = new Float64Array(curves.length);
  const correct = new Float64Array(curves.length);
  let last = losses;
  for (let start = 0; start < n; start += batchSize) {
    const count = Math.min(batchSize, n - start);
    const batch = { pixels: new Float32Array(runs.length * count * reader.size), count };
    const labels = new Int32Array(runs.length * count);
    orders.forEach((order, run) => {
      for (let i = 0; i < count; i++) {
        const at = run * count + i;
        const image = order[start + i]!;
        labels[at] = train.labels[image]!;
        if (augmentation)
          reader.copyAugmented(train, image, batch.pixels, at * reader.size, crops[run]!, augmentation);
        else reader.copy(train, image, batch.pixels, at * reader.size);
      }
    });
    const result = ensemble.step(batch, labels, learningRates[epoch - 1]!, noise);
    last = Float64Array.from(result.losses, (loss) => loss / count);
    result.losses.forEach((loss, network) => {
      losses[network]! += loss;
      correct[network]! += result.correct[network]!;
    });
    if (!onStep()) return false;
  }
  curves.forEach((curve, network) => {
    curve.trainLoss.push(losses[network]! / n);
    curve.lastBatchLoss.push(last[network]!);
    curve.trainAccuracy.push(correct[network]! / n);
  });
  return true;
}

/** Test images in one evaluation: few enough for the activations to stay in the processor's cache. */
const testBatch = 250;

function test(
  ensemble: Ensemble,
  { network, batchSize, pixels }: Settings,
  data: DataSet,
  curves: readonly NetworkCurve[],
): void {
  const { test } = data;
  const n = test.labels.length;
  const classes = network.sizes.at(-1)!;
  const reader = imageReader(data, pixels);
  const lastBatch = n - (n % batchSize || Math.min(batchSize, n));
  const tallies = curves.map(() => ({ loss: 0, last: 0, correct: 0, alive: new Uint8Array(classes) }));
  for (let start = 0; start < n; start += testBatch) {
    const count = Math.min(testBatch, n - start);
    const batch = { pixels: new Float32Array(count * reader.size), count };
    for (let i = 0; i < count; i++) reader.copy(test, start + i, batch.pixels, i * reader.size);
    const { outputs, activated } = ensemble.evaluate(batch);
    tallies.forEach((tally, which) => {
      for (let i = 0; i < count; i++) {
        const at = (which * count + i) * classes;
        const label = test.labels[start + i]!;
        const logits = activated.subarray(at, at + classes);
        const { loss, guess } = crossEntropy(logits, label);
        tally.loss += loss;
        if (start + i >= lastBatch) tally.last += loss;
        if (guess === label) tally.correct++;
        for (let unit = 0; unit < classes; unit++) if (outputs[at + unit]! > 0) tally.alive[unit] = 1;
      }
    });
  }
  curves.forEach((curve, which) => {
    const { loss, last, correct, alive } = tallies[which]!;
    curve.testLoss.push(loss / n);
    curve.lastTestBatchLoss.push(last / (n - lastBatch));
    curve.testAccuracy.push(correct / n);
    curve.deadOutputs.push(classes - alive.reduce((a, b) => a + b, 0));
  });
}

/** Softmax cross-entropy and the first of the largest logits. */
function crossEntropy(logits: Float32Array, label: number): { loss: number; guess: number } {
  let guess = 0;
  for (let unit = 1; unit < logits.length; unit++) if (logits[unit]! > logits[guess]!) guess = unit;
  const largest = logits[guess]!;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return { loss: largest + Math.log(sum) - logits[label]!, guess };
}
