/**
 * The environment variables for TensorFlow in workers: a separate pool of one thread for each worker, because
 * more threads are slower for small matrices; and oneDNN, which is off by default on some processors.
 */
const workerEnvironment = (): Record<string, string> => ({
  TF_NUM_INTRAOP_THREADS: '1',
  TF_OVERRIDE_GLOBAL_THREADPOOL: '1',
  TF_ENABLE_ONEDNN_OPTS: process.env.TF_ENABLE_ONEDNN_OPTS ?? '1',
  // TensorFlow does not see the value that loadTensorFlow sets in a worker
  TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2',
});

/** Number of trainings with workers, and the environment before the first of them. */
let trainings = 0;
let before: [name: string, value: string | undefined][] = [];

/**
 * Sets the environment for workers, and returns a function that restores it. The environment must not change
 * while a worker lives: TensorFlow and oneDNN read it at any time, and setting a variable can move the others
 * in memory.
 */
export function setWorkerEnvironment(): () => void {
  if (trainings++ === 0) {
    const wanted = workerEnvironment();
    before = Object.keys(wanted).map((name) => [name, process.env[name]]);
    Object.assign(process.env, wanted);
  }
  return () => {
    if (--trainings > 0) return;
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
}
