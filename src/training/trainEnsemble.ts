import { received, requireInteger, requireObject } from '../core/validation';
import { untilInterrupted } from '../notebook/host';
import { nextTurn, processors } from '../platform/runtime';
import { runInWorkers } from '../platform/workerPool';
import { epochsDone, loadCheckpoint, openCheckpoints } from './checkpoint';
import { emptyCurve } from './curves';
import { requireRuns, requireSettings, type TrainingOptions, type TrainingResult } from './options';
import type { PlannedRun, WorkerNews, WorkerSettings } from './worker';
import { setWorkerEnvironment } from './workerEnvironment';

/** Networks per program: more are not faster, because less of each stays in the processor's cache. */
const networksPerProgram = 40;

/** The largest number of runs of so many schemes that are trained as one program. */
export const runsPerProgram = (schemes: number): number =>
  Math.max(1, Math.floor(networksPerProgram / schemes));

/**
 * Trains many networks to compare initialization schemes: one network per run and scheme, all of the same
 * architecture, by stochastic gradient descent on the softmax cross-entropy. Analyze the curves with
 * `meanCurve`, `pairedDifference` and `curveChart`.
 *
 * Runs are paired: the schemes of a run share their batches, initial biases, randomized slopes, dropout
 * masks, and the standard normal numbers that are multiplied by the weight standard deviations. Initial
 * parameters and SGD follow docs/theory.md, equations (83) and (84). In evaluation, randomized slopes and
 * dropout masks are replaced by their means (39). The seed and the run number determine the random numbers of
 * a run (79); rounding can depend on the other runs and the machine.
 *
 * The networks of several runs are trained together as one program of batched TensorFlow operations, with one
 * thread per processor. Without native TensorFlow, training runs on WebAssembly, which is many times slower,
 * and emits a warning (code FRACMOMENT_SLOW_TRAINING). Memory does not depend on the number of epochs: 80 of
 * the authors' MNIST networks on two threads take 0.7 GB, of which 0.4 GB are TensorFlow and the data, which
 * the threads share.
 * @param options see `TrainingOptions`
 * @returns the curves of all networks. If `signal` is aborted, the promise resolves with the curves so far.
 * @throws (rejects) TypeError or RangeError naming the invalid argument; Error if a checkpoint is damaged or
 *   was written with other settings.
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
  requireObject(
    'options',
    options,
    'an object { data, architecture, schemes, runs, epochs, optimizer, seed, … }',
  );
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
  const threads = requireInteger('threads', options.threads === undefined ? processors() : options.threads, {
    atLeast: 1,
    atMost: 1024,
  });
  const checkpoints =
    checkpointFolder === undefined ? undefined : openCheckpoints(checkpointFolder, settings, data);
  const planned: PlannedRun[] = [];
  for (const run of runs) {
    const progress = checkpoints && loadCheckpoint(checkpoints, run);
    if (epochsDone(progress) > settings.epochs)
      throw new RangeError(
        `epochs must be at least ${epochsDone(progress)}, the epochs completed in the checkpoint of run ${run}; got ${settings.epochs}`,
      );
    planned.push({ run, progress });
    await nextTurn();
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
  const programs = dividedRuns(planned, runsPerProgram(names.length), threads).filter(
    ([run]) => epochsDone(run!.progress) < settings.epochs,
  );
  const total = runs.length * settings.epochs * stepsAnEpoch;
  let done = planned.reduce((sum, { progress }) => sum + Math.max(0, epochsDone(progress)), 0) * stepsAnEpoch;

  onProgress?.(done, total);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const abort = () => Atomics.store(stop, 0, 1);
  signal.addEventListener('abort', abort);
  let backend: TrainingResult['backend'];
  try {
    if (!signal.aborted)
      await trainInWorkers(programs, threads, { settings, data, checkpoints, stop }, (news, program) => {
        if (news.kind === 'backend') {
          backend = news.backend;
          if (backend !== 'tensorflow') warnOfSlowness(news.detail);
        } else if (news.kind === 'steps') {
          done += news.steps * program!.length * names.length;
          onProgress?.(done, total);
        } else {
          for (const { run } of program!)
            curvesOf.set(
              run,
              news.curves.filter((curve) => curve.run === run),
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

/** Settles when no training of this process rehearses: two rehearsals at the same time could crash, see worker.ts. */
let rehearsals: Promise<void> = Promise.resolve();

/** The runs that are trained together on one thread. */
type Program = readonly PlannedRun[];

async function trainInWorkers(
  programs: readonly Program[],
  threads: number,
  workerData: WorkerSettings,
  onNews: (news: WorkerNews, program: Program | undefined) => void,
): Promise<void> {
  if (programs.length === 0) return;
  const before = rehearsals;
  let rehearsed = () => {};
  rehearsals = new Promise((resolve) => {
    rehearsed = resolve;
  });
  await before;
  const restore = setWorkerEnvironment();
  try {
    await runInWorkers<Program, void, WorkerNews>({
      worker: 'training/worker',
      workerData,
      tasks: programs,
      threads,
      firstAlone: true, // until the first worker has finished its rehearsal
      onResult: () => {},
      onNews(news, program) {
        if (news.kind === 'backend') rehearsed();
        onNews(news, program);
      },
    });
  } finally {
    rehearsed();
    restore();
  }
}

/**
 * Divides runs into groups of at most `largest`, of nearly equal size and balanced over the threads. The
 * groups do not depend on the progress of the runs, so that the same runs are trained together after an
 * interruption. If the runs of a group have completed different numbers of epochs, which an interruption
 * between two checkpoints can cause, the group is split.
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

let warned = false;

function warnOfSlowness(detail: string): void {
  if (warned) return;
  warned = true;
  process.emitWarning(`Training runs on ${detail}. This is many times slower than native TensorFlow.`, {
    code: 'FRACMOMENT_SLOW_TRAINING',
  });
}
