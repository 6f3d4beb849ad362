import { type DataSet, firstImages } from '../datasets/dataSet';
import { serveTasks } from '../platform/workerPool';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import type { Backend } from '../tensorflow/structure';
import { type Checkpoints, saveCheckpoints } from './checkpoint';
import type { NetworkCurve } from './curves';
import { type Ops, opsFor } from './ops';
import type { Settings } from './settings';
import { newRun, type RunProgress, trainRuns } from './train';

/** The workerData of a training thread. */
export interface WorkerSettings {
  settings: Settings;
  data: DataSet;
  checkpoints: Checkpoints | undefined;
  /** One shared number; training stops when it is not 0. */
  stop: Int32Array;
}

/** A run to train, from the start or from a checkpoint. The task of a worker is a list of these. */
export interface PlannedRun {
  run: number;
  progress: RunProgress | undefined;
}

/** Messages of a worker during training. */
export type WorkerNews =
  | { kind: 'backend'; backend: Backend; detail: string }
  /** Number of steps of the program since the last message. */
  | { kind: 'steps'; steps: number }
  | { kind: 'epoch'; curves: NetworkCurve[] };

/** Minimum time in ms between reports of steps. */
const reportEvery = 250;

/**
 * Trains and evaluates one step on one image, so that TensorFlow.js registers the attribute names of all
 * operations. It keeps them in a set that all threads of the process share without a lock: two threads that
 * add names at the same time can crash, whereas reading is safe.
 */
function rehearse(tf: TensorFlow, ops: Ops, settings: Settings, data: DataSet): void {
  const hooks = { onStep() {}, onEpoch: (progress: () => unknown) => progress(), stopped: () => false };
  const short = { ...settings, epochs: 1, batchSize: 1 };
  trainRuns(tf, ops, short, firstImages(data, { train: 1, test: 1 }), [newRun(settings, 0)], hooks);
}

void serveTasks<PlannedRun[], void, WorkerNews>(async (workerData, post) => {
  const { settings, data, checkpoints, stop } = workerData as WorkerSettings;
  const loaded = await loadTensorFlow();
  const ops = opsFor(loaded);
  if (loaded.backend === 'tensorflow') rehearse(loaded.tf, ops, settings, data);
  post({ kind: 'backend', backend: loaded.backend, detail: loaded.detail });
  return (program) => {
    const runs = program.map(({ run, progress }) => progress ?? newRun(settings, run));
    let steps = 0;
    let reported = performance.now();
    trainRuns(loaded.tf, ops, settings, data, runs, {
      onStep() {
        steps++;
        if (performance.now() - reported > reportEvery) {
          post({ kind: 'steps', steps });
          steps = 0;
          reported = performance.now();
        }
      },
      stopped: () => Atomics.load(stop, 0) !== 0,
      onEpoch(progress) {
        if (checkpoints) saveCheckpoints(checkpoints, progress());
        post({ kind: 'epoch', curves: runs.flatMap((run) => run.curves) });
      },
    });
    post({ kind: 'steps', steps });
  };
});
