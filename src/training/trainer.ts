import { requireInteger } from '../core/validation';
import { processors } from '../platform/runtime';
import { runInWorkers } from '../platform/workerPool';
import { loadCheckpoint, openCheckpoints } from './checkpoint';
import type { TrainingOptions } from './options';
import { type OnNews, type Program, type ProgramNews, runsPerProgram, type Trainer } from './programs';
import type { Settings } from './settings';
import type { WorkerSettings } from './worker';
import { setWorkerEnvironment } from './workerEnvironment';

/** Trains on worker threads. */
export function createTrainer(options: TrainingOptions, settings: Settings): Trainer {
  const { data, checkpointFolder } = options;
  const threads = requireInteger('threads', options.threads === undefined ? processors() : options.threads, {
    atLeast: 1,
    atMost: 1024,
  });
  const checkpoints =
    checkpointFolder === undefined ? undefined : openCheckpoints(checkpointFolder, settings, data);
  return {
    threads,
    largest: runsPerProgram(Object.keys(settings.stds).length),
    saved: (run) => checkpoints && loadCheckpoint(checkpoints, run),
    async train(programs, signal, onNews) {
      const stop = new Int32Array(new SharedArrayBuffer(4));
      const abort = () => Atomics.store(stop, 0, 1);
      signal.addEventListener('abort', abort);
      try {
        await trainInWorkers(programs, threads, { settings, data, checkpoints, stop }, onNews);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
  };
}

/** Settles when no training of this process rehearses: two rehearsals at the same time could crash, see worker.ts. */
let rehearsals: Promise<void> = Promise.resolve();

async function trainInWorkers(
  programs: readonly Program[],
  threads: number,
  workerData: WorkerSettings,
  onNews: OnNews,
): Promise<void> {
  const before = rehearsals;
  let rehearsed = () => {};
  rehearsals = new Promise((resolve) => {
    rehearsed = resolve;
  });
  await before;
  const restore = setWorkerEnvironment();
  try {
    await runInWorkers<Program, void, ProgramNews>({
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
