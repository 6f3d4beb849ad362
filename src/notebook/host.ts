import {
  requireBoolean,
  requireFunction,
  requireObject,
  requireOptions,
  requireText,
} from '../core/validation';
import { cellHost } from '../platform/cellSignal';
import { loadedModule, print } from '../platform/runtime';

/** One output in several formats, by MIME type. A front-end shows the richest format it supports. */
export interface MimeBundle {
  /** The output by MIME type; must include `text/plain`, which is shown in terminals. */
  data: Record<string, unknown>;
  /** Metadata by MIME type, such as the `{ width, height }` of an image. */
  metadata?: Record<string, unknown>;
}

/**
 * The name of a method by which a value, as the last of a notebook cell, is shown in formats of its own. Other
 * kernels of JavaScript know it as well.
 */
export const displayMethod = Symbol.for('Jupyter.display');

/** A value that a notebook shows in formats of its own. */
export interface Displayable {
  /** The value by MIME type. */
  [displayMethod](): MimeBundle['data'];
}

/** Options of `display`. */
export interface DisplayOptions {
  /** Id of the output, with which a later call can replace it. */
  displayId?: string;
  /** Whether to replace the output with this `displayId` instead of adding one; default false. */
  update?: boolean;
}

/** The interface that the kernel provides as `globalThis[Symbol.for('fracmoment.cell')]`. */
export interface CellHost {
  display(bundle: MimeBundle, options: DisplayOptions): void;
  /** Whether the front-end redraws a chart when its output is updated; default: it may keep the first. */
  readonly redrawsCharts?: boolean;
  /** Aborted when the running cell is interrupted. */
  readonly signal: AbortSignal | undefined;
  /** See the function of this name. */
  withoutInterrupts<T>(task: () => T): T;
  /** See the function of this name; returns undefined without calling `work` if no cell is running. */
  untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> | undefined;
}

function host(): CellHost | undefined {
  return (globalThis as { [cellHost]?: CellHost })[cellHost];
}

/** The function with which tslab's own kernel, if it runs in this process, sends a MIME bundle. */
function tslabWriter(): ((message: object, update: boolean) => void) | undefined {
  const jupyter = loadedModule(/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/) as
    | { lastWriteDisplayData?: (message: object, update: boolean) => void }
    | undefined;
  return jupyter?.lastWriteDisplayData;
}

/**
 * Runs work that can stop early and return a partial result. The first interrupt of the notebook cell aborts
 * the signal given to `work`; the cell continues with the value that `work` returns, but queued cells are not
 * run. A second interrupt ends the cell. Outside this package's kernel the signal is never aborted.
 * @param work receives the signal, and returns its result so far when the signal is aborted
 * @returns the result of `work`.
 * @throws (rejects) the error of `work`.
 * @example
 * const sum = await untilInterrupted(async (signal) => {
 *   let sum = 0;
 *   for (let i = 0; i < 1000 && !signal.aborted; i++) sum += i;
 *   return sum;
 * });
 * sum // 499500
 */
export function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  requireFunction('work', work);
  return host()?.untilInterrupted(work) ?? work(new AbortController().signal);
}

/**
 * Does synchronous work that an interrupt of the notebook cell must not end half-way, such as what changes the state of
 * TensorFlow.js. An interrupt takes effect afterwards.
 */
export function withoutInterrupts<T>(task: () => T): T {
  const ours = host();
  return ours ? ours.withoutInterrupts(task) : task();
}

/**
 * Returns whether `display` shows outputs in a notebook rather than in a terminal.
 * @example
 * inNotebook() // false
 */
export function inNotebook(): boolean {
  return Boolean(host() ?? tslabWriter());
}

/** Whether an update of a chart that is drawn in a notebook is shown. */
export function redrawsCharts(): boolean {
  return host()?.redrawsCharts === true;
}

/**
 * Shows an output in several formats, such as HTML with a plain-text alternative. It works in this package's
 * kernel and in tslab's own; elsewhere the `text/plain` format is written to stdout, where an update is a new
 * line.
 * @param bundle the output by MIME type, including `text/plain`
 * @param options `displayId` and `update`, for replacing an earlier output
 * @throws TypeError if `bundle` has no `text/plain`, or if `update` is set without a `displayId`.
 * @example
 * display({ data: { 'text/plain': 'σ² = 0.033', 'text/markdown': 'σ² = **0.033**' } });
 */
export function display(bundle: MimeBundle, options: DisplayOptions = {}): void {
  requireObject('bundle', bundle, 'an object { data, metadata }');
  requireObject('bundle.data', bundle.data, 'an object of outputs by MIME type');
  if (bundle.metadata !== undefined)
    requireObject('bundle.metadata', bundle.metadata, 'an object of metadata by MIME type');
  const text = bundle.data['text/plain'];
  if (typeof text !== 'string')
    throw new TypeError(`bundle.data['text/plain'] must be a string; got ${typeof text}`);
  const { displayId, update = false } = requireOptions('options', options, ['displayId', 'update']);
  if (displayId !== undefined) requireText('displayId', displayId);
  requireBoolean('update', update);
  if (update && displayId === undefined)
    throw new TypeError('displayId must name the output to update; got undefined');
  const ours = host();
  if (ours) {
    ours.display(bundle, options);
    return;
  }
  const write = tslabWriter();
  if (write)
    write(
      {
        data: bundle.data,
        metadata: bundle.metadata ?? {},
        transient: displayId === undefined ? {} : { display_id: displayId },
      },
      update,
    );
  else print(text);
}
