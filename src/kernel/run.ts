// Runs notebooks without a front-end.
import { basename, dirname, join, resolve } from 'node:path';
import { type Kernel, startKernel } from './client';
import { updateJson } from './jsonText';
import {
  assertTypeScript,
  cellsToRun,
  clearNotebook,
  createRecorder,
  hasTag,
  type NotebookCell,
  type Output,
  outputsOf,
  parseNotebook,
  sourceOf,
} from './notebook';
import { prepareTarget, readText, targetAt, writeTarget } from './notebookFile';
import { injectParameters, type ParameterValues } from './parameters';
import type { JsonRecord, Message } from './wire';
import { within } from './within';

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
  /** Values for names that the cell tagged `parameters` declares; see `injectParameters`. */
  parameters?: ParameterValues;
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

/**
 * Runs a notebook in a new kernel, with the notebook's folder as working directory, and saves it with the new
 * outputs. The run stops at the first cell that fails, except for cells tagged `raises-exception`; cells tagged
 * `skip-execution` are left as they are.
 *
 * Nothing else in the file changes, and it contains no timestamps or other data that differ between two runs of the same
 * cells. If the file that is to be written has been changed during the run, it keeps the change; see `writeTarget`.
 * @throws (rejects) RangeError if `timeout` is not positive; Error if the file is not a TypeScript notebook, cannot be
 *   written or has been changed, if a parameter is not accepted, or if the kernel does not start; `signal.reason` if
 *   aborted.
 */
export async function runNotebook(file: string, options: RunOptions = {}): Promise<NotebookRun> {
  const { out, timeout = DEFAULT_TIMEOUT, signal, onCell, parameters } = options;
  if (!(timeout > 0)) throw new RangeError(`timeout must lie in (0, ∞) s; got ${timeout}`);
  signal?.throwIfAborted();
  const start = performance.now();
  const folder = dirname(resolve(file));
  const target = targetAt(out === undefined ? file : join(out, basename(file))); // first, so that no change is missed
  let text = readText(file);
  let notebook = parseNotebook(text);
  assertTypeScript(notebook);
  if (parameters && parameters.size > 0) {
    injectParameters(notebook, parameters, folder);
    text = updateJson(text, notebook);
    notebook = parseNotebook(text);
  }
  prepareTarget(target);
  clearNotebook(notebook);
  const recorder = createRecorder();
  const cells = cellsToRun(notebook);

  async function runCell(kernel: Kernel, cell: NotebookCell): Promise<string | undefined> {
    const mayFail = hasTag(cell, 'raises-exception');
    const request = {
      code: sourceOf(cell),
      silent: false,
      store_history: true,
      stop_on_error: !mayFail,
    };
    const onOutput = (message: Message) => recorder.record(cell, message);
    try {
      const reply = await within(kernel.request('execute_request', request, { onOutput }), {
        seconds: timeout,
        late: `the cell took longer than ${timeout} s`,
        signal,
      });
      return reply.status === 'ok' || mayFail ? undefined : errorText(reply);
    } catch (error) {
      if (signal?.aborted) throw error;
      return (error as Error).message;
    }
  }

  const kernel = await startKernel(folder, { signal });
  let failure: CellFailure | undefined;
  try {
    onCell?.(0, cells.length);
    for (const [index, cell] of cells.entries()) {
      signal?.throwIfAborted();
      const message = await runCell(kernel, cell);
      if (message !== undefined) {
        failure = { cell: index + 1, source: sourceOf(cell), message };
        break;
      }
      onCell?.(index + 1, cells.length);
    }
  } finally {
    await kernel.kill();
  }
  if (out !== undefined || !failure) writeTarget(target, updateJson(text, notebook));
  return {
    file,
    seconds: (performance.now() - start) / 1000,
    ...(failure && { failure }),
    outputs: outputsOf(notebook),
  };
}

function errorText(reply: JsonRecord): string {
  return (reply.traceback as string[] | undefined)?.join('\n') ?? `the kernel replied ${reply.status}`;
}
