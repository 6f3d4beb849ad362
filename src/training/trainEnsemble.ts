import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { received, requireInteger, requireNumber, requireObject, requireObjects } from '../core/validation';
import { type DataSet, requireDataSet } from '../datasets/dataSet';
import { untilInterrupted } from '../notebook/host';
import { type Architecture, type Scheme, sizedNetwork, weightStds } from './architecture';
import type { Augmentation, PixelScale } from './batches';
import { epochsDone, loadCheckpoint, openCheckpoints } from './checkpoint';
import { emptyCurve, type NetworkCurve } from './curves';
import { maxEpochs, maxRuns } from './streams';
import type { Settings } from './train';
import type { PlannedRun, WorkerMessage, WorkerSettings } from './worker';

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

/** As many networks make one program: more do not get faster, and keep less in the processor's cache. */
const networksPerProgram = 40;

/**
 * Trains networks of one architecture from several initialization schemes, several runs each, by stochastic gradient
 * descent on softmax cross-entropy.
 *
 * All networks of some runs are one batched program in native TensorFlow operations, on one thread a processor. Runs are
 * paired: the schemes of a run share the normal numbers behind their weights (they differ in the standard deviations
 * alone), the biases, and every batch. In training randomized slopes and dropout masks are drawn, shared too; in
 * evaluation they are replaced by their means. A run's numbers depend on its number and the seed; the runs beside it and the
 * machine can change how they are rounded.
 *
 * Without native TensorFlow it works on WebAssembly, many times slower, and warns of it once (code
 * FRACMOMENT_SLOW_TRAINING).
 *
 * Memory does not grow with the epochs: 80 of the authors' MNIST networks on two threads take 0.7 GB, of which 0.4 GB are
 * TensorFlow and the data, which the threads share.
 * @throws TypeError or RangeError naming the argument at fault; Error if a checkpoint does not fit. It does not
 *   reject when `signal` is aborted.
 * @example
 * const { curves } = await trainEnsemble({
 *   data: firstImages(loadMnist(), { train: 600, test: 100 }),
 *   architecture: { activation: relu, depth: 5, width: 16 },
 *   schemes: { 's = 1': (layer) => momentPreservingStd({ ...layer, s: 1 }), Kaiming: kaimingStd },
 *   runs: 2,
 *   epochs: 1,
 *   optimizer: { learningRate: 0.01 },
 *   seed: 1,
 * });
 * curves.map(({ scheme, run }) => `${scheme}, run ${run}`)[3] // 'Kaiming, run 1'
 */
export async function trainEnsemble(options: TrainingOptions): Promise<TrainingResult> {
  const { signal } = options;
  if (signal === undefined) return untilInterrupted((interrupt) => train(options, interrupt));
  if (!(signal instanceof AbortSignal))
    throw new TypeError(`signal must be an AbortSignal; got ${received(signal)}`);
  return train(options, signal);
}

async function train(options: TrainingOptions, signal: AbortSignal): Promise<TrainingResult> {
  const { data, onProgress, onEpoch, checkpointFolder } = options;
  const settings = requireSettings(options);
  const runs = requireRuns(options.runs);
  const threads = requireInteger('threads', options.threads ?? availableParallelism(), { atLeast: 1 });
  const checkpoints =
    checkpointFolder === undefined ? undefined : openCheckpoints(checkpointFolder, settings, data);
  const planned: PlannedRun[] = [];
  for (const run of runs) {
    const progress = checkpoints && loadCheckpoint(checkpoints, run);
    if (epochsDone(progress) > settings.epochs)
      throw new RangeError(
        `epochs must be at least ${epochsDone(progress)}, which run ${run} has behind it by its checkpoint; got ${settings.epochs}`,
      );
    planned.push({ run, progress });
    await setImmediate();
  }

  const names = Object.keys(settings.stds);
  const curvesOf = new Map(
    planned.map(({ run, progress }) => [
      run,
      progress?.curves ?? names.map((scheme) => emptyCurve(scheme, run)),
    ]),
  );
  const allCurves = () => [...curvesOf.values()].flat();
  const stepsAnEpoch = names.length * Math.ceil(data.train.labels.length / settings.batchSize);
  const programs = dividedRuns(
    planned,
    Math.max(1, Math.floor(networksPerProgram / names.length)),
    threads,
  ).filter(([run]) => epochsDone(run!.progress) < settings.epochs);
  const total = runs.length * settings.epochs * stepsAnEpoch;
  let done = planned.reduce((sum, { progress }) => sum + Math.max(0, epochsDone(progress)), 0) * stepsAnEpoch;

  const stop = new Int32Array(new SharedArrayBuffer(4));
  const abort = () => Atomics.store(stop, 0, 1);
  signal.addEventListener('abort', abort);
  let backend: TrainingResult['backend'];
  try {
    if (!signal.aborted)
      await inWorkers(programs, threads, { settings, data, checkpoints, stop }, (message, program) => {
        if (message.kind === 'ready') {
          backend = message.backend;
          if (backend !== 'tensorflow') warnOfSlowness(message.detail);
        } else if (message.kind === 'steps') {
          done += message.steps * program.length * names.length;
          onProgress?.(done, total);
        } else if (message.kind === 'epoch') {
          for (const { run } of program)
            curvesOf.set(
              run,
              message.curves.filter((curve) => curve.run === run),
            );
          onEpoch?.(allCurves());
        }
      });
  } finally {
    signal.removeEventListener('abort', abort);
  }
  const curves = allCurves();
  return { curves, complete: curves.every((curve) => curve.testLoss.length > settings.epochs), backend };
}

/**
 * Has every program trained by the next free worker thread. A program is the runs trained together.
 * @throws whatever a worker or `onMessage` throws.
 */
async function inWorkers(
  programs: readonly PlannedRun[][],
  threads: number,
  workerData: WorkerSettings,
  onMessage: (message: WorkerMessage, program: readonly PlannedRun[]) => void,
): Promise<void> {
  if (programs.length === 0) return;
  const { Worker } = await import('node:worker_threads');
  const restore = setForWorkers();
  const workers: InstanceType<typeof Worker>[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      let next = 0;
      let done = 0;
      const start = () => {
        // execArgv: what this process was started with (--eval, --import) is not meant for the workers
        const worker = new Worker(path.join(__dirname, 'worker.js'), { workerData, execArgv: [] });
        workers.push(worker);
        let program: readonly PlannedRun[] = [];
        const proceed = () => {
          if (next === programs.length) return;
          program = programs[next++]!;
          worker.postMessage(program);
        };
        worker.on('message', (message: WorkerMessage) => {
          try {
            onMessage(message, program);
            if (message.kind === 'ready') {
              proceed();
              // not before the first one's rehearsal has ended
              if (workers.length === 1) for (let i = 1; i < Math.min(threads, programs.length); i++) start();
            }
            if (message.kind === 'done') {
              if (++done === programs.length) resolve();
              else proceed();
            }
          } catch (error) {
            reject(error);
          }
        });
        worker.on('error', reject);
        worker.on('messageerror', reject);
        worker.on('exit', (code) => reject(new Error(`a worker thread ended with exit code ${code}`)));
      };
      start();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    restore();
  }
}

/**
 * What TensorFlow reads from the environment in a worker. One thread for each worker, since on small matrices several
 * threads of its own are slower, in a pool of its own, whatever this thread's TensorFlow has; and oneDNN, which it
 * leaves out on some processors.
 */
const forWorkers = (): Record<string, string> => ({
  TF_NUM_INTRAOP_THREADS: '1',
  TF_OVERRIDE_GLOBAL_THREADPOOL: '1',
  TF_ENABLE_ONEDNN_OPTS: process.env.TF_ENABLE_ONEDNN_OPTS ?? '1',
  // what loadTensorFlow sets in a worker does not reach TensorFlow
  TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2',
});

/** How many trainings have workers, and the environment before the first of them. */
let trainings = 0;
let before: [name: string, value: string | undefined][] = [];

/**
 * Sets the environment for workers; the result puts it back. It must not change while a worker lives: TensorFlow and
 * oneDNN read it at any time, and a variable that is set meanwhile can move the others under their hands.
 */
function setForWorkers(): () => void {
  if (trainings++ === 0) {
    const wanted = forWorkers();
    before = Object.keys(wanted).map((name) => [name, process.env[name]]);
    Object.assign(process.env, wanted);
  }
  return () => {
    if (--trainings > 0) return;
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
}

/**
 * Runs in groups of at most `largest`, as even as they can be for the threads. The groups do not depend on how far the
 * runs have come, so that after a stop the same runs are trained together; those that have come less far than
 * others of their group, which a stop between two checkpoints can leave, are a group of their own.
 */
function dividedRuns(runs: readonly PlannedRun[], largest: number, threads: number): PlannedRun[][] {
  const rounds = Math.ceil(runs.length / (largest * threads));
  const count = Math.min(runs.length, rounds * threads);
  const bound = (i: number) => Math.floor((i * runs.length) / count);
  return Array.from({ length: count }, (_, i) => runs.slice(bound(i), bound(i + 1))).flatMap((group) =>
    [...new Set(group.map(({ progress }) => epochsDone(progress)))].map((epochs) =>
      group.filter(({ progress }) => epochsDone(progress) === epochs),
    ),
  );
}

function requireSettings(options: TrainingOptions): Settings {
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

function requireRuns(runs: number | readonly number[]): number[] {
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

let warned = false;

function warnOfSlowness(detail: string): void {
  if (warned) return;
  warned = true;
  process.emitWarning(`Training runs on ${detail}. It is many times slower than on native TensorFlow.`, {
    code: 'FRACMOMENT_SLOW_TRAINING',
  });
}
