// The running cell: whose output, timers and errors are whose.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import timers from 'node:timers';
import { inspect, promisify } from 'node:util';
import { queueMicrotask, restoreIntrinsics } from './intrinsics';
import type { PartialWork } from './partialWork';
import type { Header } from './wire';

export interface Cell extends PartialWork {
  /** The request that started it, the parent of all its output. */
  readonly request: Header;
  /** Which execute_request of this kernel it is. */
  readonly serial: number;
  /** The number in front of it in a notebook. */
  readonly count: number;
  readonly silent: boolean;
  /** Whether the front-end can ask its user for input. */
  readonly allowStdin: boolean;
  /** Child processes that it started; `interrupt` reaches all that these started. */
  readonly children: Set<{ interrupt(): void }>;
  /** What was thrown or rejected, in order. */
  readonly failures: unknown[];
  /** What its last expression gave. */
  value: unknown;
  ended: boolean;
}

const running = new AsyncLocalStorage<Cell>();
let latest: Cell | undefined;

/** A cell that has not begun yet. */
export function newCell(request: Pick<Cell, 'request' | 'serial' | 'count' | 'silent' | 'allowStdin'>): Cell {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // all that a cell has under way at once may listen
  return {
    ...request,
    controller,
    partialWork: new Set(),
    cutShort: false,
    children: new Set(),
    failures: [],
    value: undefined,
    ended: false,
  };
}

export function runInCell<T>(cell: Cell, task: () => T): T {
  latest = cell;
  return running.run(cell, task);
}

/** Runs what lasts longer than a cell, such as the compiler's watching of files, as none's. */
export function runOutsideCells<T>(task: () => T): T {
  return running.exit(task);
}

/** The executing cell, or else the latest. */
export function currentCell(): Cell | undefined {
  return running.getStore() ?? latest;
}

/** The cell whose code, or whose asynchronous continuation, is executing. */
export function executingCell(): Cell | undefined {
  return running.getStore();
}

/** Whether what this code does comes after its cell was interrupted and ended: it is to have no effect any more. */
export function isCancelled(cell: Cell | undefined): boolean {
  return cell?.ended === true && cell.controller.signal.aborted;
}

type Callback = (...args: unknown[]) => void;
type Scheduler = (callback: Callback, ...rest: unknown[]) => unknown;

/**
 * Has what a cell schedules not run once the cell is cancelled, so that nothing of it goes on. What `setImmediate` runs
 * is run as a microtask: Node's queue of immediates does not survive the termination of one.
 * @param throwIfInterrupted throws if the executing cell was interrupted: ends a callback that schedules itself again
 */
export function cancelCallbacksWithTheirCell(throwIfInterrupted: () => void): void {
  const guarded =
    (original: Scheduler, wrap: (run: Callback) => Callback): Scheduler =>
    (callback, ...rest) => {
      const cell = running.getStore();
      if (!cell || typeof callback !== 'function') return original(callback, ...rest);
      const run = wrap(callback);
      return original((...args) => isCancelled(cell) || run(...args), ...rest);
    };
  const restoring =
    (run: Callback): Callback =>
    (...args) => {
      try {
        run(...args);
      } finally {
        restoreIntrinsics();
      }
    };
  const wraps: Record<'setTimeout' | 'setInterval' | 'setImmediate', (run: Callback) => Callback> = {
    setTimeout: restoring,
    setInterval: restoring,
    setImmediate:
      (run) =>
      (...args) =>
        queueMicrotask(() => restoring(run)(...args)),
  };
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
    const original = globalThis[name] as Scheduler & { [promisify.custom]?: unknown };
    const scheduler = guarded(original, wraps[name]);
    const replacement = {
      [name]: Object.assign(scheduler, { [promisify.custom]: original[promisify.custom] }),
    };
    Object.assign(globalThis, replacement);
    Object.assign(timers, replacement);
  }
  globalThis.queueMicrotask = guarded(queueMicrotask, (run) => () => {
    throwIfInterrupted();
    run();
  }) as typeof queueMicrotask;
}

/**
 * Has `inspect` show promises without the symbols that Node, which keeps track of the cell they belong to, puts on them.
 */
export function showPromisesPlainly(): void {
  const hidden = ['async_id_symbol', 'trigger_async_id_symbol', 'kResourceStore', 'destroyed'];
  Object.defineProperty(Promise.prototype, inspect.custom, {
    configurable: true,
    value(this: Promise<unknown>) {
      for (const symbol of Object.getOwnPropertySymbols(this))
        if (hidden.includes(symbol.description ?? ''))
          Object.defineProperty(this, symbol, { enumerable: false });
      return this; // to be shown as usual
    },
  });
}
