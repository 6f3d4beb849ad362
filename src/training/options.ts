import {
  received,
  requireControl,
  requireFunction,
  requireInteger,
  requireNumber,
  requireObject,
  requireObjects,
  requireOptions,
  requireSeed,
  requireText,
} from '../core/validation';
import { type DataSet, requireDataSet } from '../datasets/dataSet';
import type { Backend } from '../tensorflow/structure';
import { type Architecture, type Scheme, sizedNetwork, weightStds } from './architecture';
import type { Augmentation, PixelScale } from './batches';
import type { NetworkCurve } from './curves';
import type { Settings } from './settings';
import { maxEpochs, maxRuns } from './streams';

/** Options of stochastic gradient descent, as in torch.optim.SGD: docs/theory.md, equation (84). */
export interface SgdOptions {
  /** A number > 0. */
  learningRate: number;
  /** In [0, 1), default 0: v ← momentum · v + gradient, w ← w − learningRate · v. */
  momentum?: number;
  /**
   * At least 0, default 0: weightDecay · w is added to the gradient of every parameter w, including biases.
   */
  weightDecay?: number;
  /** Changes of the learning rate, in order of `fromEpoch`; the first epoch is 1. Default: none. */
  schedule?: readonly { fromEpoch: number; learningRate: number }[];
}

/** Options of `trainEnsemble`. */
export interface TrainingOptions {
  /** The data set, such as `loadMnist()`. */
  data: DataSet;
  architecture: Architecture;
  /** Initialization schemes by name, such as `{ Kaiming: kaimingStd }`. */
  schemes: Readonly<Record<string, Scheme>>;
  /**
   * Number of runs, or a list of run numbers. The seed and the run number determine the random numbers of a
   * run.
   */
  runs: number | readonly number[];
  /** Number of epochs, an integer in [1, 65535]. */
  epochs: number;
  optimizer: SgdOptions;
  /** Images per batch, an integer ≥ 1; default 128. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /** Inputs are (pixel/255 − mean)/std; default mean 0.5 and std 0.5, that is the range [−1, 1]. */
  pixels?: PixelScale;
  /** Random crops and flips of the training images; default none. */
  augmentation?: Augmentation;
  /** An integer in [0, 2⁵³ − 1]. */
  seed: number;
  /** Number of worker threads, an integer ≥ 1; default one per processor. Only 1 in a browser. */
  threads?: number;
  /**
   * Folder for the checkpoints of the runs, which are written after every epoch. Runs with a checkpoint in
   * the folder continue from it. The settings must be the same, except `epochs` and the learning rates of
   * later epochs. Default: no checkpoints. In Node only.
   */
  checkpointFolder?: string;
  /**
   * Stops the training at the next step; the curves so far are then returned. Default in a notebook: the
   * first interrupt stops the training, and the cell continues.
   */
  signal?: AbortSignal | undefined;
  /**
   * Called at the start and during training with the number of completed steps and the total, summed over
   * networks. A bar without a total, `progress('training').update`, takes the total from here.
   */
  onProgress?: (done: number, total: number) => void;
  /** Called whenever some runs have completed an epoch, with the curves of all networks so far. */
  onEpoch?: (curves: readonly NetworkCurve[]) => void;
}

/** The result of `trainEnsemble`. */
export interface TrainingResult {
  /** One curve per network, runs outermost. */
  curves: NetworkCurve[];
  /** Whether every network has completed all epochs. */
  complete: boolean;
  /** The backend that was used; undefined if nothing was trained, such as after an early interrupt. */
  backend: Backend | undefined;
}

/** The settings that determine the results of a training, validated and with defaults filled in. */
export function requireSettings(options: TrainingOptions): Settings {
  requireOptions('options', options, [
    ...[
      'data',
      'architecture',
      'schemes',
      'runs',
      'epochs',
      'optimizer',
      'batchSize',
      'pixels',
      'augmentation',
    ],
    ...['seed', 'threads', 'checkpointFolder', 'signal', 'onProgress', 'onEpoch'],
  ]);
  requireControl(options);
  if (options.onEpoch !== undefined) requireFunction('onEpoch', options.onEpoch);
  if (options.checkpointFolder !== undefined) requireText('checkpointFolder', options.checkpointFolder);
  const data = requireDataSet(options.data);
  const { schemes, optimizer, augmentation, pixels = { mean: 0.5, std: 0.5 } } = options;
  const network = sizedNetwork(options.architecture, data);
  requireObject('schemes', schemes, 'an object of functions by name');
  if (Object.keys(schemes).length === 0)
    throw new RangeError('schemes must have at least one scheme; got none');
  requireOptions('optimizer', optimizer, ['learningRate', 'momentum', 'weightDecay', 'schedule']);
  requireOptions('pixels', pixels, ['mean', 'std']);
  if (augmentation !== undefined) requireOptions('augmentation', augmentation, ['padding']);
  const epochs = requireInteger('epochs', options.epochs, { atLeast: 1, below: maxEpochs });
  return {
    network,
    stds: weightStds(schemes, network),
    batchSize: requireInteger('batchSize', options.batchSize === undefined ? 128 : options.batchSize, {
      atLeast: 1,
    }),
    epochs,
    descent: {
      momentum: requireNumber(
        'optimizer.momentum',
        optimizer.momentum === undefined ? 0 : optimizer.momentum,
        { atLeast: 0, below: 1 },
      ),
      weightDecay: requireNumber(
        'optimizer.weightDecay',
        optimizer.weightDecay === undefined ? 0 : optimizer.weightDecay,
        { atLeast: 0 },
      ),
    },
    learningRates: learningRates(optimizer, epochs),
    pixels: {
      mean: requireNumber('pixels.mean', pixels.mean),
      std: requireNumber('pixels.std', pixels.std, { above: 0 }),
    },
    augmentation: augmentation && {
      padding: requireInteger('augmentation.padding', augmentation.padding, { atLeast: 0 }),
    },
    seed: requireSeed(options.seed),
  };
}

function learningRates({ learningRate, schedule = [] }: SgdOptions, epochs: number): number[] {
  const rates = new Array<number>(epochs).fill(
    requireNumber('optimizer.learningRate', learningRate, { above: 0 }),
  );
  requireObjects('optimizer.schedule', schedule, 'objects { fromEpoch, learningRate }');
  schedule.forEach((change, i) => {
    const name = `optimizer.schedule[${i}]`;
    const after = schedule[i - 1]?.fromEpoch ?? 0;
    requireInteger(`${name}.fromEpoch`, change.fromEpoch, { above: after });
    rates.fill(
      requireNumber(`${name}.learningRate`, change.learningRate, { above: 0 }),
      change.fromEpoch - 1,
    );
  });
  return rates;
}

/** The run numbers, validated. */
export function requireRuns(runs: number | readonly number[]): number[] {
  if (typeof runs === 'number')
    return Array.from({ length: requireInteger('runs', runs, { atLeast: 1, atMost: maxRuns }) }, (_, i) => i);
  if (!Array.isArray(runs) || runs.length === 0)
    throw new TypeError(
      `runs must be a number in [1, ${maxRuns}] or a list of run numbers in [0, ${maxRuns}); got ${received(runs)}`,
    );
  runs.forEach((run, i) => {
    requireInteger(`runs[${i}]`, run, { atLeast: 0, below: maxRuns });
    if (runs.indexOf(run) !== i) throw new RangeError(`runs must be distinct; got ${run} twice`);
  });
  return [...runs];
}
