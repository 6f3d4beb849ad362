/**
 * What TensorFlow reads from the environment in a worker. One thread for each worker, since on small matrices several
 * threads of its own are slower, in a pool of its own, whatever this thread's TensorFlow has; and oneDNN, which it
 * leaves out on some processors.
 */
const workerEnvironment = (): Record<string, string> => ({
  TF_NUM_INTRAOP_THREADS: '1',
  TF_OVERRIDE_GLOBAL_THREADPOOL: '1',
  TF_ENABLE_ONEDNN_OPTS: process.env.TF_ENABLE_ONEDNN_OPTS ?? '1',
  // what loadTensorFlow sets in a worker does not reach TensorFlow
  TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2',
});

/** How many trainings have workers, and the environment before the first of them. */
let trainings = 0;
let before: [name: string, value: string | undefined][] = [];

/**
 * Sets the environment for workers; the result puts it back. It must not change while a worker lives: TensorFlow and
 * oneDNN read it at any time, and a variable that is set meanwhile can move the others under their hands.
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
