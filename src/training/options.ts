import { received, requireInteger, requireNumber, requireObject, requireObjects } from '../core/validation';
import { type DataSet, requireDataSet } from '../datasets/dataSet';
import { type Architecture, type Scheme, sizedNetwork, weightStds } from './architecture';
import type { Augmentation, PixelScale } from './batches';
import type { NetworkCurve } from './curves';
import { maxEpochs, maxRuns } from './streams';
import type { Settings } from './train';

/** Stochastic gradient descent, as torch.optim.SGD does it. */
export interface SgdOptions {
  /** Above 0. */
  learningRate: number;
  /** In [0, 1), default 0: v ← momentum · v + gradient, w ← w − learningRate · v. */
  momentum?: number;
  /** At least 0, default 0: this times the parameter is added to its gradient, biases included. */
  weightDecay?: number;
  /** Learning rates from an epoch on (the first epoch is 1), in order. */
  schedule?: readonly { fromEpoch: number; learningRate: number }[];
}

/** What `trainEnsemble` is told. */
export interface TrainingOptions {
  /** For example `loadMnist()`. */
  data: DataSet;
  architecture: Architecture;
  /** Initialization schemes by name, for example `{ Kaiming: kaimingStd }`. */
  schemes: Readonly<Record<string, Scheme>>;
  /** How many runs, or their numbers: a run's number decides its random numbers, together with `seed`. */
  runs: number | readonly number[];
  /** Passes through the training images, an integer in [1, 65535]. */
  epochs: number;
  optimizer: SgdOptions;
  /** Images in a step, default 128; an epoch's last batch may be smaller. */
  batchSize?: number;
  /** Inputs are (pixel/255 − mean)/std; default mean 0.5, std 0.5, which gives [−1, 1]. */
  pixels?: PixelScale;
  /** Random crops and flips of the training images; default none. */
  augmentation?: Augmentation;
  /** An integer in [0, 2⁵³ − 1]. */
  seed: number;
  /** Worker threads, default one a processor. */
  threads?: number;
  /**
   * A folder for a checkpoint of each run, renewed every epoch; runs that have one there go on from it. It must have been
   * written with the same settings; only `epochs` and the learning rates of epochs to come may differ.
   */
  checkpointFolder?: string;
  /**
   * Ends the training at the next step; what there is by then is returned. Left out in a notebook, Interrupt does that, and the
   * cell goes on.
   */
  signal?: AbortSignal | undefined;
  /** Steps done, of all steps; in units of one network. */
  onProgress?: (done: number, total: number) => void;
  /** Called whenever some runs have finished an epoch, with the curves of all networks so far. */
  onEpoch?: (curves: readonly NetworkCurve[]) => void;
}

/** What `trainEnsemble` gives. */
export interface TrainingResult {
  /** One a network, runs outermost. */
  curves: NetworkCurve[];
  /** Whether every network was trained to the end. */
  complete: boolean;
  /** What computed; undefined if there was nothing to do. */
  backend: 'tensorflow' | 'wasm' | undefined;
}

/** The settings that decide the numbers of a training, checked, defaults filled in. */
export function requireSettings(options: TrainingOptions): Settings {
  const data = requireDataSet(options.data);
  const { schemes, optimizer, augmentation, pixels = { mean: 0.5, std: 0.5 } } = options;
  const network = sizedNetwork(options.architecture, data);
  requireObject('schemes', schemes, 'an object of functions by name');
  if (Object.keys(schemes).length === 0)
    throw new RangeError('schemes must hold a scheme at least; got none');
  requireObject('optimizer', optimizer, 'an object { learningRate, … }');
  requireObject('pixels', pixels, 'an object { mean, std }');
  const epochs = requireInteger('epochs', options.epochs, { atLeast: 1, below: maxEpochs });
  return {
    network,
    stds: weightStds(schemes, network),
    batchSize: requireInteger('batchSize', options.batchSize ?? 128, { atLeast: 1 }),
    epochs,
    descent: {
      momentum: requireNumber('optimizer.momentum', optimizer.momentum ?? 0, { atLeast: 0, below: 1 }),
      weightDecay: requireNumber('optimizer.weightDecay', optimizer.weightDecay ?? 0, { atLeast: 0 }),
    },
    learningRates: learningRates(optimizer, epochs),
    pixels: {
      mean: requireNumber('pixels.mean', pixels.mean),
      std: requireNumber('pixels.std', pixels.std, { above: 0 }),
    },
    augmentation: augmentation && {
      padding: requireInteger('augmentation.padding', augmentation.padding, { atLeast: 0 }),
    },
    seed: requireInteger('seed', options.seed, { atLeast: 0 }),
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

/** The numbers of the runs. */
export function requireRuns(runs: number | readonly number[]): number[] {
  if (typeof runs === 'number')
    return Array.from({ length: requireInteger('runs', runs, { atLeast: 1, atMost: maxRuns }) }, (_, i) => i);
  if (!Array.isArray(runs) || runs.length === 0)
    throw new TypeError(
      `runs must be a number in [1, ${maxRuns}] or a list of run numbers in [0, ${maxRuns}); got ${received(runs)}`,
    );
  runs.forEach((run, i) => {
    requireInteger(`runs[${i}]`, run, { atLeast: 0, below: maxRuns });
    if (runs.indexOf(run) !== i) throw new RangeError(`runs must differ from each other; got ${run} twice`);
  });
  return [...runs];
}
