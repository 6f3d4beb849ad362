/** Tasks for a pool of worker threads that run the same module. */
export interface PoolOptions<Task, Result, News = never> {
  /** The compiled module of the worker threads; it calls `serveTasks`. */
  workerFile: string;
  /** The `workerData` of every thread. */
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
  const { workerFile, workerData, tasks, threads, firstAlone = false, onResult, onNews, signal } = options;
  signal?.throwIfAborted();
  if (tasks.length === 0) return;
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
      const start = () => {
        // execArgv: options of this process, such as --eval, must not be passed on to the worker
        const worker = new Worker(workerFile, { workerData, execArgv: [] });
        workers.push(worker);
        let task: Task | undefined;
        const receive = (message: FromWorker<Result, News>) => {
          if (message.kind === 'news') return onNews?.(message.news, task);
          if (message.kind === 'done') onResult(message.result, task!);
          if (message.kind === 'done' && ++done === tasks.length) return resolve();
          if (next < tasks.length) {
            task = tasks[next++]!;
            worker.postMessage(task);
          }
          if (message.kind === 'ready' && firstAlone && workers.length === 1) startOthers();
        };
        worker.on('message', (message: FromWorker<Result, News>) => {
          try {
            receive(message);
          } catch (error) {
            reject(error);
          }
        });
        worker.on('error', reject);
        worker.on('messageerror', reject);
        worker.on('exit', (code) => reject(new Error(`a worker thread ended with exit code ${code}`)));
      };
      const startOthers = () => {
        while (workers.length < Math.min(threads, tasks.length)) start();
      };
      start();
      if (!firstAlone) startOthers();
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    for (const worker of workers) worker.removeAllListeners('message'); // no results after the end
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
  const { parentPort, workerData } = await import('node:worker_threads');
  const send = (message: FromWorker<Result, News>) => parentPort!.postMessage(message);
  const run = await prepare(workerData, (news) => send({ kind: 'news', news }));
  parentPort!.on('message', (task: Task) => send({ kind: 'done', result: run(task) }));
  send({ kind: 'ready' });
}
