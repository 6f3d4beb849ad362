import type { Backend } from '../tensorflow/structure';
import type { NetworkCurve } from './curves';
import type { Settings } from './settings';
import { epochsDone, newRun, type RunProgress } from './train';

/** A run to train, from the start or from a checkpoint. */
export interface PlannedRun {
  run: number;
  progress: RunProgress | undefined;
}

/** The runs that are trained together. */
export type Program = readonly PlannedRun[];

/** What is told of a program while it is trained. */
export type ProgramNews =
  | { kind: 'backend'; backend: Backend; detail: string }
  /** Number of steps of the program since the last news of this kind. */
  | { kind: 'steps'; steps: number }
  | { kind: 'epoch'; curves: NetworkCurve[] };

/** What trains programs: trainer.ts on worker threads, and in a browser trainer.browser.ts on the calling thread. */
export interface Trainer {
  threads: number;
  /** The largest number of runs of a program. */
  largest: number;
  /** The progress of a run by its checkpoint. */
  saved(run: number): RunProgress | undefined;
  /** Trains all programs, or as far as it comes until `signal` is aborted. */
  train(programs: readonly Program[], signal: AbortSignal, onNews: OnNews): Promise<void>;
}

/** Receives the news of a program; `program` is undefined in those of the backend. */
export type OnNews = (news: ProgramNews, program: Program | undefined) => void;

/** Networks per program: more are not faster, because less of each stays in the processor's cache. */
const networksPerProgram = 40;

/** The largest number of runs of so many schemes that worker threads train as one program. */
export const runsPerProgram = (schemes: number): number =>
  Math.max(1, Math.floor(networksPerProgram / schemes));

/**
 * Divides runs into programs of at most `largest`, of nearly equal size and balanced over the threads. The
 * programs do not depend on the progress of the runs, so that the same runs are trained together after an
 * interruption. If the runs of a program have completed different numbers of epochs, which an interruption
 * between two checkpoints can cause, the program is split.
 */
export function dividedRuns(
  runs: readonly PlannedRun[],
  { largest, threads }: Pick<Trainer, 'largest' | 'threads'>,
): PlannedRun[][] {
  const rounds = Math.ceil(runs.length / (largest * threads));
  const count = Math.min(runs.length, rounds * threads);
  const bound = (i: number) => Math.floor((i * runs.length) / count);
  return Array.from({ length: count }, (_, i) => runs.slice(bound(i), bound(i + 1))).flatMap((group) =>
    [...new Set(group.map(({ progress }) => epochsDone(progress)))].map((epochs) =>
      group.filter(({ progress }) => epochsDone(progress) === epochs),
    ),
  );
}

/** The runs of a program as they are before their next epoch. */
export function started(settings: Settings, program: Program): RunProgress[] {
  return program.map(({ run, progress }) => progress ?? newRun(settings, run));
}
