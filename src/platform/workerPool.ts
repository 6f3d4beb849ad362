import { type WorkerThread, workerPort, workerStarter } from './runtime';

/** Tasks for a pool of worker threads that run the same module. */
export interface PoolOptions<Task, Result, News = never> {
  /** The module of the worker threads, by its path in `src` without its ending; it calls `serveTasks`. */
  worker: string;
  /** What every thread is started with. */
  workerData?: unknown;
  tasks: readonly Task[];
  /** Maximum number of threads. */
  threads: number;
  /** Whether the other threads start only when the first one is ready for its first task. Default false. */
  firstAlone?: boolean;
  /** Receives each result, in order of completion. */
  onResult(result: Result, task: Task): void;
  /** Receives messages that a thread posts during a task, or before its first one (`task` is undefined). */
  onNews?(news: News, task: Task | undefined): void;
  /** Stops the work immediately; the promise rejects with its reason. */
  signal?: AbortSignal | undefined;
}

/** A message from a worker thread. */
type FromWorker<Result, News> =
  | { kind: 'ready' }
  | { kind: 'news'; news: News }
  | { kind: 'done'; result: Result };

/**
 * Runs the tasks in worker threads, each on the next free one, and resolves after the last call of
 * `onResult`. All threads have ended when the promise settles.
 * @throws (rejects) the errors of threads and callbacks; the signal's reason; Error if a thread exits.
 */
export async function runInWorkers<Task, Result, News = never>(
  options: PoolOptions<Task, Result, News>,
): Promise<void> {
  const {
    worker: module,
    workerData,
    tasks,
    threads,
    firstAlone = false,
    onResult,
    onNews,
    signal,
  } = options;
  signal?.throwIfAborted();
  if (tasks.length === 0) return;
  const startWorker = await workerStarter(module);
  const workers: WorkerThread[] = [];
  let abort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      let next = 0;
      let done = 0;
      const start = () => {
        let task: Task | undefined;
        const receive = (message: FromWorker<Result, News>) => {
          if (message.kind === 'news') return onNews?.(message.news, task);
          if (message.kind === 'done') onResult(message.result, task!);
          if (message.kind === 'done' && ++done === tasks.length) return resolve();
          if (next < tasks.length) {
            task = tasks[next++]!;
            worker.post(task);
          }
          if (message.kind === 'ready' && firstAlone && workers.length === 1) startOthers();
        };
        const worker = startWorker(workerData, {
          onMessage(message) {
            try {
              receive(message as FromWorker<Result, News>);
            } catch (error) {
              reject(error);
            }
          },
          onFailure: reject,
        });
        workers.push(worker);
      };
      const startOthers = () => {
        while (workers.length < Math.min(threads, tasks.length)) start();
      };
      start();
      if (!firstAlone) startOthers();
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/**
 * Receives tasks in a worker thread and sends back their results.
 * @param prepare loads what the tasks need and returns the function that does one task; `post` sends news
 */
export async function serveTasks<Task, Result, News = never>(
  prepare: (
    workerData: unknown,
    post: (news: News) => void,
  ) => ((task: Task) => Result) | Promise<(task: Task) => Result>,
): Promise<void> {
  const { data, post, onMessage } = await workerPort();
  const send = (message: FromWorker<Result, News>) => post(message);
  const run = await prepare(data, (news) => send({ kind: 'news', news }));
  onMessage((task) => send({ kind: 'done', result: run(task as Task) }));
  send({ kind: 'ready' });
}
