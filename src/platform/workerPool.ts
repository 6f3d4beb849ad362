/** Tasks for worker threads that all run one module. */
export interface PoolOptions<Task, Result, News = never> {
  /** The compiled module of the worker threads; it calls `serveTasks`. */
  workerFile: string;
  /** What every thread is started with: its `workerData`. */
  workerData?: unknown;
  tasks: readonly Task[];
  /** At most so many threads. */
  threads: number;
  /** Whether no other thread starts until the first one is ready for its first task. Default false. */
  firstAlone?: boolean;
  /** Takes each task's result, in the order in which they are done. */
  onResult(result: Result, task: Task): void;
  /** Takes what a thread posts besides: of its task, or before its first one, with `task` undefined. */
  onNews?(news: News, task: Task | undefined): void;
  /** Ends the work at once; the promise rejects with its reason. */
  signal?: AbortSignal | undefined;
}

/** What a worker thread sends. */
type FromWorker<Result, News> =
  | { kind: 'ready' }
  | { kind: 'news'; news: News }
  | { kind: 'done'; result: Result };

/**
 * Has every task done by the next free worker thread, and resolves when every result has been taken. All threads have
 * ended when the promise settles.
 * @throws whatever a thread or a callback throws; the signal's reason; an Error if a thread ends by itself.
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
        // execArgv: what this process was started with (--eval, --import) is not meant for the worker
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
    for (const worker of workers) worker.removeAllListeners('message'); // no result is taken after the end
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/**
 * In a worker thread: does the tasks it is sent and sends back their results.
 * @param prepare gives the function that does one task, after loading what that needs; `post` sends news
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
