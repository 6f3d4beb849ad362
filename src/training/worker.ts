import { type DataSet, firstImages } from '../datasets/dataSet';
import { serveTasks } from '../platform/workerPool';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { type Checkpoints, saveCheckpoints } from './checkpoint';
import { type Ops, opsFor } from './ops';
import { type Program, type ProgramNews, started } from './programs';
import type { Settings } from './settings';
import { newRun, trainRuns } from './train';

/** The workerData of a training thread. */
export interface WorkerSettings {
  settings: Settings;
  data: DataSet;
  checkpoints: Checkpoints | undefined;
  /** One shared number; training stops when it is not 0. */
  stop: Int32Array;
}

/** Minimum time in ms between reports of steps. */
const reportEvery = 250;

/**
 * Trains and evaluates one step on one image, so that TensorFlow.js registers the attribute names of all
 * operations. It keeps them in a set that all threads of the process share without a lock: two threads that
 * add names at the same time can crash, whereas reading is safe.
 */
function rehearse(tf: TensorFlow, ops: Ops, settings: Settings, data: DataSet): void {
  const short = { ...settings, epochs: 1, batchSize: 1 };
  const image = firstImages(data, { train: 1, test: 1 });
  for (const trained of trainRuns(tf, ops, short, image, [newRun(settings, 0)]))
    if (trained.kind === 'epoch') trained.progress();
}

void serveTasks<Program, void, ProgramNews>(async (workerData, post) => {
  const { settings, data, checkpoints, stop } = workerData as WorkerSettings;
  const loaded = await loadTensorFlow();
  const ops = opsFor(loaded);
  if (loaded.backend === 'tensorflow') rehearse(loaded.tf, ops, settings, data);
  post({ kind: 'backend', backend: loaded.backend, detail: loaded.detail });
  return (program) => {
    const runs = started(settings, program);
    let steps = 0;
    let reported = performance.now();
    for (const trained of trainRuns(loaded.tf, ops, settings, data, runs)) {
      if (trained.kind === 'step') steps++;
      if (trained.kind === 'epoch') {
        if (checkpoints) saveCheckpoints(checkpoints, trained.progress());
        post({ kind: 'epoch', curves: runs.flatMap((run) => run.curves) });
      }
      if (performance.now() - reported > reportEvery) {
        post({ kind: 'steps', steps });
        steps = 0;
        reported = performance.now();
      }
      if (Atomics.load(stop, 0) !== 0) break;
    }
    post({ kind: 'steps', steps });
  };
});
