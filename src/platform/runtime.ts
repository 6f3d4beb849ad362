import * as os from 'node:os';
import * as path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { resolved } from './resolve';

/*
 * What the library asks of the program that runs it, here of Node. The browser build puts runtime.browser.ts, which exports
 * the same, in its place.
 */

/** The number of processors. */
export function processors(): number {
  return os.availableParallelism();
}

/** Resolves when other work of this thread has had its turn. */
export function nextTurn(): Promise<void> {
  return setImmediate();
}

/** Loaded at first use; by `require`, since Jest allows no `import()`. */
function threads(): typeof import('node:worker_threads') {
  return require('node:worker_threads') as typeof import('node:worker_threads');
}

/** A worker thread. */
export interface WorkerThread {
  post(message: unknown): void;
  /** Ends it; no handler is called any more. */
  terminate(): Promise<unknown>;
}

/** What a worker thread tells of itself. */
export interface WorkerHandlers {
  onMessage(message: unknown): void;
  /** Called with the error that ended it. */
  onFailure(error: unknown): void;
}

/**
 * Loads what worker threads need, and returns the function that starts one.
 * @param module the module that it runs, by its path in `src`, without its ending
 */
export async function workerStarter(
  module: string,
): Promise<(data: unknown, handlers: WorkerHandlers) => WorkerThread> {
  const { Worker } = threads();
  const file = path.join(__dirname, '..', `${module}.js`);
  return (data, { onMessage, onFailure }) => {
    // execArgv: options of this process, such as --eval, must not be passed on to the worker
    const worker = new Worker(file, { workerData: data, execArgv: [] });
    worker.on('message', onMessage);
    worker.on('error', onFailure);
    worker.on('messageerror', onFailure);
    worker.on('exit', (code) => onFailure(new Error(`a worker thread ended with exit code ${code}`)));
    return {
      post: (message) => worker.postMessage(message),
      terminate() {
        worker.removeAllListeners('message');
        return worker.terminate();
      },
    };
  };
}

/** A worker thread's own side: the data that it was started with, and its messages. */
export interface WorkerPort {
  readonly data: unknown;
  post(message: unknown): void;
  onMessage(receive: (message: unknown) => void): void;
}

/** The side of the worker thread in which this is called. */
export async function workerPort(): Promise<WorkerPort> {
  const { parentPort, workerData } = threads();
  return {
    data: workerData,
    post: (message) => parentPort!.postMessage(message),
    onMessage: (receive) => parentPort!.on('message', receive),
  };
}

/** Writes text that a user asked for, with a line break at its end. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Where messages are written that are no result: `columns` is the width of a line that can be overwritten. */
export function messages(): { write(text: string): void; columns: number | undefined } {
  const { stderr } = process;
  return {
    write: (text) => stderr.write(text),
    columns: stderr.isTTY ? stderr.columns || 80 : undefined,
  };
}

/** Warns once that something is not as the user may think. */
export function warn(message: string, code: string): void {
  process.emitWarning(message, { code });
}

/** What a module that is already loaded exports; undefined if none has such a path. */
export function loadedModule(file: RegExp): unknown {
  const found = Object.keys(require.cache).find((name) => file.test(name));
  return found === undefined ? undefined : require.cache[found]?.exports;
}

const companion = 'fracmoment-notebook';

/** What a user does who lacks the package that `notebookModule` looks for. */
export function companionAdvice(): string | undefined {
  return `npm install ${companion}@${require('../../package.json').version}`;
}

/**
 * A module of the package fracmoment-notebook, by its path in `src`; undefined if that package is not installed. It is looked
 * for beside this package, in the working folder and beside the running program, which may be its kernel. In a clone, which
 * has the sources of both packages, it is the module itself.
 */
export function notebookModule(module: string): unknown {
  const paths = [__dirname, process.cwd(), path.dirname(process.argv[1] ?? '.')];
  const file = resolved(`../${module}`) ?? resolved(`${companion}/${module}`, { paths });
  return file && require(file);
}
