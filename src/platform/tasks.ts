import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { runInWorkers } from './workerPool';

/** Work cut into tasks that can be done in any order, on any thread. */
export interface Work<Task, Result> {
  /** Does one task, synchronously, in 50 ms at most where `threads` is 0. */
  run(task: Task): Result;
  /** The compiled module in which a worker thread gives the same `run` to `serveTasks`. */
  workerFile: string;
  tasks: readonly Task[];
  /** Worker threads to use; 0 does the work in this thread. */
  threads: number;
  /** Takes each task's result, in the order in which they are done. */
  onResult(result: Result, task: Task): void;
  /** Ends the work at once; the promise rejects with its reason. */
  signal: AbortSignal | undefined;
}

/**
 * How many worker threads pay for work of so many nanoseconds: none below 50 ms, which this thread may be kept busy
 * and which starting them takes; above, one a processor.
 */
export function threadsFor(nanoseconds: number): number {
  return nanoseconds < 5e7 ? 0 : availableParallelism();
}

/**
 * Does the work, here or on worker threads, and resolves when every result has been taken.
 * @throws whatever `run` or `onResult` throws; the signal's reason; an Error if a worker thread ends by itself.
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
    await setImmediate();
  }
}
