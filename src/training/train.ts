import type { DataSet } from '../datasets/dataSet';
import type { TensorFlow } from '../tensorflow/native';
import { imageReader, shuffled } from './batches';
import { emptyCurve, type NetworkCurve } from './curves';
import { createEnsemble, type Ensemble } from './ensemble';
import type { Ops } from './ops';
import type { RunState } from './parameters';
import type { Settings } from './settings';
import { runStream } from './streams';
import { initialParameters } from './weights';

/** The state of the networks of one run, as stored in a checkpoint. */
export interface RunProgress {
  run: number;
  state: RunState;
  curves: NetworkCurve[];
}

/** The number of completed epochs of a run; −1 before its first evaluation. */
export function epochsDone(progress: RunProgress | undefined): number {
  return progress ? progress.curves[0]!.testLoss.length - 1 : -1;
}

/** What a training has just done: a step of all networks, the evaluation of a test batch, or the rest of an epoch. */
export type Trained =
  | { kind: 'step' }
  | { kind: 'evaluation' }
  /** Comes before the first epoch, too. `progress` copies the networks. */
  | { kind: 'epoch'; progress(): RunProgress[] };

/** The training measures of an epoch, one value per network. */
type TrainTally = Pick<NetworkCurve, 'trainLoss' | 'lastBatchLoss' | 'trainAccuracy'>;
/** The test measures of an epoch, one value per network. */
type TestTally = Pick<NetworkCurve, 'testLoss' | 'lastTestBatchLoss' | 'testAccuracy' | 'deadOutputs'>;

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

/**
 * Trains runs together up to the last epoch; all must have completed the same number of epochs. The caller may do other
 * work between two values, and may end the training there: the unfinished epoch is then discarded.
 */
export function* trainRuns(
  tf: TensorFlow,
  ops: Ops,
  settings: Settings,
  data: DataSet,
  runs: readonly RunProgress[],
): Generator<Trained, void> {
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
    for (let epoch = curves[0]!.testLoss.length; epoch <= settings.epochs; epoch++) {
      const trained =
        epoch === 0 ? untrained(curves.length) : yield* trainEpoch(ensemble, settings, data, runs, epoch);
      const tested = yield* testEpoch(ensemble, settings, data, curves.length);
      curves.forEach((curve, network) => {
        for (const [measure, values] of Object.entries({ ...trained, ...tested }))
          curve[measure as keyof (TrainTally & TestTally)].push(values[network]!);
      });
      yield { kind: 'epoch', progress };
    }
  } finally {
    ensemble.dispose();
  }
}

function untrained(networks: number): TrainTally {
  const none = new Array<number>(networks).fill(Number.NaN);
  return { trainLoss: none, lastBatchLoss: none, trainAccuracy: none };
}

/** Trains one epoch, with a different order of the images for each run. */
function* trainEpoch(
  ensemble: Ensemble,
  { batchSize, learningRates, pixels, augmentation, seed }: Settings,
  data: DataSet,
  runs: readonly RunProgress[],
  epoch: number,
): Generator<Trained, TrainTally> {
  const { train } = data;
  const n = train.labels.length;
  const reader = imageReader(data, pixels);
  const streams = (purpose: 'order' | 'augmentation' | 'noise') =>
    runs.map(({ run }) => runStream(seed, run, epoch, purpose));
  const orders = streams('order').map((random) => shuffled(n, random));
  const crops = streams('augmentation');
  const noise = streams('noise');
  const networks = runs.flatMap((run) => run.curves).length;
  const losses = new Array<number>(networks).fill(0);
  const correct = new Array<number>(networks).fill(0);
  let last: number[] = [];
  // reused: a step no longer needs it after returning
  const buffer = new Float32Array(runs.length * Math.min(batchSize, n) * reader.size);
  for (let start = 0; start < n; start += batchSize) {
    const count = Math.min(batchSize, n - start);
    const batch = { pixels: buffer.subarray(0, runs.length * count * reader.size), count };
    const labels = new Int32Array(runs.length * count);
    orders.forEach((order, run) => {
      for (let i = 0; i < count; i++) {
        const at = run * count + i;
        const image = order[start + i]!;
        labels[at] = train.labels[image]!;
        if (augmentation)
          reader.copyAugmented(
            train.images,
            image,
            batch.pixels,
            at * reader.size,
            crops[run]!,
            augmentation,
          );
        else reader.copy(train.images, image, batch.pixels, at * reader.size);
      }
    });
    const result = ensemble.step(batch, labels, learningRates[epoch - 1]!, noise);
    last = Array.from(result.losses, (loss) => loss / count);
    result.losses.forEach((loss, network) => {
      losses[network]! += loss;
      correct[network]! += result.correct[network]!;
    });
    yield { kind: 'step' };
  }
  return {
    trainLoss: losses.map((loss) => loss / n),
    lastBatchLoss: last,
    trainAccuracy: correct.map((right, network) => unlessDiverged(losses[network]!, right / n)),
  };
}

/** Test images per evaluation: few enough for the activations to stay in the processor's cache. */
const testBatch = 250;

/** Evaluates every network on all test images. */
function* testEpoch(
  ensemble: Ensemble,
  { network, batchSize, pixels }: Settings,
  data: DataSet,
  networks: number,
): Generator<Trained, TestTally> {
  const { images, labels } = data.test;
  const n = labels.length;
  const classes = network.sizes.at(-1)!;
  const reader = imageReader(data, pixels);
  // start of the last batch if the test images were divided into batches of size batchSize
  const lastBatch = n - (n % batchSize || Math.min(batchSize, n));
  const tallies = Array.from({ length: networks }, () => ({
    loss: 0,
    last: 0,
    correct: 0,
    alive: new Set<number>(),
  }));
  for (let start = 0; start < n; start += testBatch) {
    const count = Math.min(testBatch, n - start);
    const batch = { pixels: new Float32Array(count * reader.size), count };
    for (let i = 0; i < count; i++) reader.copy(images, start + i, batch.pixels, i * reader.size);
    const { preActivations, logits } = ensemble.evaluate(batch);
    tallies.forEach((tally, which) => {
      for (let i = 0; i < count; i++) {
        const at = (which * count + i) * classes;
        const label = labels[start + i]!;
        const { loss, guess } = crossEntropy(logits.subarray(at, at + classes), label);
        tally.loss += loss;
        if (start + i >= lastBatch) tally.last += loss;
        if (guess === label) tally.correct++;
        for (let unit = 0; unit < classes; unit++) if (preActivations[at + unit]! > 0) tally.alive.add(unit);
      }
    });
    yield { kind: 'evaluation' };
  }
  return {
    testLoss: tallies.map(({ loss }) => loss / n),
    lastTestBatchLoss: tallies.map(({ last }) => last / (n - lastBatch)),
    testAccuracy: tallies.map(({ loss, correct }) => unlessDiverged(loss, correct / n)),
    deadOutputs: tallies.map(({ loss, alive }) => unlessDiverged(loss, classes - alive.size)),
  };
}

/** NaN for a network that has diverged: its accuracy and dead units are undefined. */
function unlessDiverged(loss: number, value: number): number {
  return Number.isNaN(loss) ? Number.NaN : value;
}

/** Softmax cross-entropy, and the index of the first largest logit. */
function crossEntropy(logits: Float32Array, label: number): { loss: number; guess: number } {
  let guess = 0;
  for (let unit = 1; unit < logits.length; unit++) if (logits[unit]! > logits[guess]!) guess = unit;
  const largest = logits[guess]!;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return { loss: largest + Math.log(sum) - logits[label]!, guess };
}
