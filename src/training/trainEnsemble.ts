import { received, requireObject } from '../core/validation';
import { untilInterrupted } from '../notebook/host';
import { nextTurn, warn } from '../platform/runtime';
import { emptyCurve } from './curves';
import { requireRuns, requireSettings, type TrainingOptions, type TrainingResult } from './options';
import { dividedRuns, type PlannedRun } from './programs';
import { epochsDone } from './train';
import { createTrainer } from './trainer';

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
 * and emits a warning (code FRACMOMENT_SLOW_TRAINING). In a browser it runs on the calling thread, which may be a Web
 * Worker's, on the backend that `loadTensorFlow` gives there; the thread is free for other work after every step of a run,
 * and `threads` above 1 and `checkpointFolder` are refused. Memory does not depend on the number of epochs: 80 of
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
  const { data, onProgress, onEpoch } = options;
  const settings = requireSettings(options);
  const runs = requireRuns(options.runs);
  const trainer = createTrainer(options, settings);
  const planned: PlannedRun[] = [];
  for (const run of runs) {
    const progress = trainer.saved(run);
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
  const programs = dividedRuns(planned, trainer).filter(
    ([run]) => epochsDone(run!.progress) < settings.epochs,
  );
  const total = runs.length * settings.epochs * stepsAnEpoch;
  let done = planned.reduce((sum, { progress }) => sum + Math.max(0, epochsDone(progress)), 0) * stepsAnEpoch;

  onProgress?.(done, total);
  let backend: TrainingResult['backend'];
  if (programs.length > 0 && !signal.aborted)
    await trainer.train(programs, signal, (news, program) => {
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
  const curves = allCurves();
  return { curves, complete: curves.every((curve) => curve.testLoss.length > settings.epochs), backend };
}

let warned = false;

function warnOfSlowness(detail: string): void {
  if (warned) return;
  warned = true;
  warn(
    `Training runs on ${detail}. This is many times slower than native TensorFlow.`,
    'FRACMOMENT_SLOW_TRAINING',
  );
}
