// Runs notebooks without a front-end.
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { replaceFile } from '../platform/atomicFile';
import { type Kernel, startKernel } from './client';
import {
  clearNotebook,
  createRecorder,
  formatNotebook,
  type NotebookCell,
  type Output,
  parseNotebook,
} from './notebook';
import type { JsonRecord } from './wire';

export type { Output } from './notebook';

export interface RunOptions {
  /**
   * Folder for the executed notebook, even if a cell fails; default: the file itself is replaced if no cell
   * fails.
   */
  out?: string;
  /** Time limit of a cell in seconds; default 600. */
  timeout?: number;
  /** Stops the run and its kernel. */
  signal?: AbortSignal;
  /** Called with the number of code cells that have run, first with 0. */
  onCell?: (done: number, total: number) => void;
}

export interface CellFailure {
  /** The execution number of the cell. */
  cell: number;
  source: string;
  /** The error with its stack, a timeout, or the end of the kernel. */
  message: string;
}

export interface NotebookRun {
  file: string;
  seconds: number;
  failure?: CellFailure;
  /** The outputs of all cells in order, as saved. */
  outputs: Output[];
}

const DEFAULT_TIMEOUT = 600;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Returns a promise that rejects at the time limit or when the signal is aborted. */
function limit(timeout: number, signal: AbortSignal | undefined) {
  let stop = () => {};
  const exceeded = new Promise<never>((_, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the cell took longer than ${timeout} s`)),
      Math.min(timeout * 1000, LONGEST_TIMER_MS),
    );
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  return { exceeded, stop };
}

/**
 * Runs a notebook in a new kernel, with the notebook's folder as working directory, and saves it with the new
 * outputs. The run stops at the first cell that fails, except for cells tagged `raises-exception`.
 *
 * The file contains no timestamps or other data that differ between two runs of the same cells.
 * @throws (rejects) RangeError if `timeout` is not positive; Error if the file is not a notebook or the
 *   kernel does not start; `signal.reason` if aborted.
 */
export async function runNotebook(file: string, options: RunOptions = {}): Promise<NotebookRun> {
  const { out, timeout = DEFAULT_TIMEOUT, signal, onCell } = options;
  if (!(timeout > 0)) throw new RangeError(`timeout must lie in (0, ∞) s; got ${timeout}`);
  signal?.throwIfAborted();
  const start = performance.now();
  const notebook = parseNotebook(readFileSync(file, 'utf8'));
  clearNotebook(notebook);
  const recorder = createRecorder();
  const cells = notebook.cells.filter(
    (cell) => cell.cell_type === 'code' && cell.source.join('').trim() !== '',
  );

  async function runCell(kernel: Kernel, cell: NotebookCell): Promise<string | undefined> {
    const mayFail = cell.metadata.tags?.includes('raises-exception') === true;
    const request = {
      code: cell.source.join(''),
      silent: false,
      store_history: true,
      stop_on_error: !mayFail,
    };
    const { exceeded, stop } = limit(timeout, signal);
    try {
      const reply = await Promise.race([
        kernel.request('execute_request', request, { onOutput: (message) => recorder.record(cell, message) }),
        exceeded,
      ]);
      return reply.status === 'ok' || mayFail ? undefined : errorText(reply);
    } catch (error) {
      if (signal?.aborted) throw error;
      return (error as Error).message;
    } finally {
      stop();
    }
  }

  const kernel = await startKernel(dirname(resolve(file)));
  let failure: CellFailure | undefined;
  try {
    onCell?.(0, cells.length);
    for (const [index, cell] of cells.entries()) {
      signal?.throwIfAborted();
      const message = await runCell(kernel, cell);
      if (message !== undefined) {
        failure = { cell: index + 1, source: cell.source.join(''), message };
        break;
      }
      onCell?.(index + 1, cells.length);
    }
  } finally {
    await kernel.kill();
  }
  if (out !== undefined) {
    mkdirSync(out, { recursive: true });
    replaceFile(join(out, basename(file)), formatNotebook(notebook));
  } else if (!failure) replaceFile(file, formatNotebook(notebook));
  return {
    file,
    seconds: (performance.now() - start) / 1000,
    ...(failure && { failure }),
    outputs: notebook.cells.flatMap((cell) => cell.outputs ?? []),
  };
}

function errorText(reply: JsonRecord): string {
  return (reply.traceback as string[] | undefined)?.join('\n') ?? `the kernel replied ${reply.status}`;
}
