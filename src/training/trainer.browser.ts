import { received } from '../core/validation';
import { nextTurn } from '../platform/runtime';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import { opsFor } from './ops';
import type { TrainingOptions } from './options';
import { started, type Trainer } from './programs';
import type { Settings } from './settings';
import { trainRuns } from './train';

/**
 * Trains on the calling thread, a page's or a Web Worker's. The runs take turns, a step each, so that all progress alike and
 * other work waits for one step of one run at most.
 */
export function createTrainer(options: TrainingOptions, settings: Settings): Trainer {
  const { data, threads = 1, checkpointFolder } = options;
  if (threads !== 1)
    throw new RangeError(
      `threads must be 1 in a browser, which trains on the calling thread; got ${received(threads)}`,
    );
  if (checkpointFolder !== undefined)
    throw new RangeError(
      `checkpointFolder works in Node only: it needs files, which a browser does not have; got ${received(checkpointFolder)}`,
    );
  return {
    threads,
    largest: 1, // single networks are as fast as batched ones on WebAssembly
    saved: () => undefined,
    async train(programs, signal, onNews) {
      const loaded = await loadTensorFlow();
      onNews({ kind: 'backend', backend: loaded.backend, detail: loaded.detail }, undefined);
      let trainings = programs.map((program) => {
        const runs = started(settings, program);
        return { program, runs, steps: trainRuns(loaded.tf, opsFor(loaded), settings, data, runs) };
      });
      try {
        while (trainings.length > 0) {
          const ended = new Set<unknown>();
          for (const training of trainings) {
            const { program, runs, steps } = training;
            const { done, value } = steps.next();
            if (done) ended.add(training);
            else if (value.kind === 'step') onNews({ kind: 'steps', steps: 1 }, program);
            else if (value.kind === 'epoch')
              onNews({ kind: 'epoch', curves: runs.flatMap((run) => run.curves) }, program);
            await nextTurn();
            if (signal.aborted) return;
          }
          trainings = trainings.filter((training) => !ended.has(training));
        }
      } finally {
        for (const { steps } of trainings) steps.return(); // frees its networks
      }
    },
  };
}
