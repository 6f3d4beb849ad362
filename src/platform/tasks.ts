import { nextTurn, processors } from './runtime';
import { runInWorkers } from './workerPool';

/** Independent tasks, which can be done in any order and on any thread. */
export interface Work<Task, Result> {
  /** Does one task synchronously; it should take at most 50 ms if `threads` is 0. */
  run(task: Task): Result;
  /** The module that passes the same `run` to `serveTasks` in a worker thread, by its path in `src` without its ending. */
  worker: string;
  tasks: readonly Task[];
  /** Number of worker threads; 0 does the work in this thread. */
  threads: number;
  /** Receives each result, in order of completion. */
  onResult(result: Result, task: Task): void;
  /** Stops the work immediately; the promise rejects with its reason. */
  signal: AbortSignal | undefined;
}

/**
 * The number of worker threads for work of the given duration in ns: 0 below 50 ms, which is the time it
 * takes to start them; otherwise one per processor.
 */
export function threadsFor(nanoseconds: number): number {
  return nanoseconds < 5e7 ? 0 : processors();
}

/**
 * Does the work in this thread or in worker threads, and resolves after the last call of `onResult`.
 * @throws (rejects) the errors of `run` and `onResult`; the signal's reason; Error if a worker thread exits.
 */
export async function doTasks<Task, Result>(work: Work<Task, Result>): Promise<void> {
  work.signal?.throwIfAborted();
  if (work.threads === 0) await doTasksHere(work);
  else await runInWorkers(work);
}

async function doTasksHere<Task, Result>({
  run,
  tasks,
  onResult,
  signal,
}: Work<Task, Result>): Promise<void> {
  for (const task of tasks) {
    signal?.throwIfAborted();
    onResult(run(task), task);
    await nextTurn();
  }
}
