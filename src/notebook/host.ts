/** One output in several formats, by MIME type; a front-end shows the richest it knows. */
export interface MimeBundle {
  /** The output by MIME type; always with `text/plain`, which terminals and plain readers show. */
  data: Record<string, unknown>;
  /** Notes on a format, by MIME type, such as an image's `{ width, height }`. */
  metadata?: Record<string, unknown>;
}

/** Which output a bundle becomes; see `display`. */
export interface DisplayOptions {
  /** Names the output, so that a later call can replace it. */
  displayId?: string;
  /** True replaces the output named `displayId`; false, the default, adds one. */
  update?: boolean;
}

/** What a kernel puts on `globalThis[Symbol.for('fracmoment.cell')]` while it runs cells. */
export interface CellHost {
  display(bundle: MimeBundle, options: DisplayOptions): void;
  /** Aborted when the running cell is interrupted. */
  readonly signal: AbortSignal | undefined;
  /** See the function of this name; undefined while there is no cell, and then `work` was not called. */
  untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> | undefined;
}

function host(): CellHost | undefined {
  return (globalThis as { [key: symbol]: CellHost | undefined })[Symbol.for('fracmoment.cell')];
}

/** How tslab's own kernel, if it runs in this process, sends an output: `tslab.display` has no bundles. */
function tslabWriter(): ((message: object, update: boolean) => void) | null | undefined {
  const path = Object.keys(require.cache).find((file) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file));
  return path === undefined ? undefined : require.cache[path]?.exports.lastWriteDisplayData;
}

/**
 * The signal that is aborted when the running notebook cell is interrupted, the default of every `signal` option.
 * Undefined outside our kernel.
 * @example
 * cellSignal() // undefined
 */
export function cellSignal(): AbortSignal | undefined {
  return host()?.signal;
}

/**
 * Does work that returns what it has when its signal is aborted. An interrupt of the notebook cell then aborts that signal
 * and not the cell, which goes on with what the work returns, while cells that wait behind it are not started; a
 * second interrupt ends the cell. Outside our kernel nothing aborts the signal.
 * @throws (rejects) whatever `work` does
 * @example
 * const sum = await untilInterrupted(async (signal) => {
 *   let sum = 0;
 *   for (let i = 0; i < 1000 && !signal.aborted; i++) sum += i;
 *   return sum;
 * });
 * sum // 499500
 */
export function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return host()?.untilInterrupted(work) ?? work(new AbortController().signal);
}

/**
 * Whether `display` reaches a notebook; if not, it writes to the terminal.
 * @example
 * inNotebook() // false
 */
export function inNotebook(): boolean {
  return Boolean(host() ?? tslabWriter());
}

/**
 * Shows one output: through our kernel, through tslab's own one, or as its `text/plain` on stdout. A terminal
 * cannot take back what it wrote, so there an update is written below.
 * @throws TypeError if `bundle` has no `text/plain`, or if `update` is set without a `displayId`.
 * @example
 * display({ data: { 'text/plain': 'σ² = 0.033', 'text/markdown': 'σ² = **0.033**' } });
 */
export function display(bundle: MimeBundle, options: DisplayOptions = {}): void {
  const text = bundle.data['text/plain'];
  if (typeof text !== 'string')
    throw new TypeError(`bundle.data['text/plain'] must be a string; got ${typeof text}`);
  const { displayId, update = false } = options;
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
  else process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
