import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';

/** Work cut into tasks that can be done in any order, on any thread. */
export interface Work<Task, Result> {
  /** Does one task, synchronously, in 50 ms at most where `threads` is 0. */
  run(task: Task): Result;
  /** The compiled module in which a worker thread hands the same `run` to `serveTasks`. */
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
  else await doTasksInWorkers(work);
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

async function doTasksInWorkers<Task, Result>(work: Work<Task, Result>): Promise<void> {
  const { workerFile, tasks, threads, onResult, signal } = work;
  const { Worker } = await import('node:worker_threads');
  const workers: InstanceType<typeof Worker>[] = [];
  let abort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      let next = 0;
      let done = 0;
      while (workers.length < Math.min(threads, tasks.length)) {
        // execArgv: what this process was started with (--eval, --import) is not meant for the worker
        const worker = new Worker(workerFile, { execArgv: [] });
        workers.push(worker);
        let task: Task;
        const proceed = () => {
          if (next === tasks.length) return;
          task = tasks[next++]!;
          worker.postMessage(task);
        };
        worker.on('message', (result: Result) => {
          try {
            onResult(result, task);
          } catch (error) {
            reject(error);
          }
          if (++done === tasks.length) resolve();
          else proceed();
        });
        worker.on('error', reject);
        worker.on('messageerror', reject);
        worker.on('exit', (code) => reject(new Error(`a worker thread ended with exit code ${code}`)));
        proceed();
      }
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    for (const worker of workers) worker.removeAllListeners('message'); // no result is taken after the end
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** In a worker thread: does the tasks it is sent and sends back their results. */
export async function serveTasks<Task, Result>(run: (task: Task) => Result): Promise<void> {
  const { parentPort } = await import('node:worker_threads');
  parentPort!.on('message', (task: Task) => parentPort!.postMessage(run(task)));
}
