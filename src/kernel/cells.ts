// The running cell: whose output, timers and errors are whose, and how a cell is interrupted.
import { AsyncLocalStorage } from 'node:async_hooks';
import { promisify } from 'node:util';
import type { Header } from './wire';

export interface Cell {
  /** The request that started it, the parent of all its output. */
  readonly request: Header;
  /** The number in front of it in a notebook. */
  readonly count: number;
  readonly silent: boolean;
  readonly controller: AbortController;
  /** What an interrupt aborts instead: work that returns what it has, after which the cell goes on. */
  readonly partialWork: Set<AbortController>;
  /** Whether an interrupt has ended such work. */
  cutShort: boolean;
  /** What was thrown or rejected, in order. */
  readonly failures: unknown[];
  ended: boolean;
}

/** Why an interrupted cell's signal is aborted, and what its awaits and loops throw. */
export class KeyboardInterrupt extends Error {
  override readonly name = 'KeyboardInterrupt';
  constructor() {
    super('the cell was interrupted');
  }
}

const running = new AsyncLocalStorage<Cell>();
let latest: Cell | undefined;

export function runInCell<T>(cell: Cell, task: () => T): T {
  latest = cell;
  return running.run(cell, task);
}

/** Runs what lasts longer than a cell, such as the compiler's watching of files, as none's. */
export function runOutsideCells<T>(task: () => T): T {
  return running.exit(task);
}

/** The cell whose code, or whose asynchronous continuation, is executing; outside any, the latest. */
export function currentCell(): Cell | undefined {
  return running.getStore() ?? latest;
}

/** Whether what this code does comes after its cell was interrupted and ended: it is to have no effect any more. */
export function isCancelled(cell: Cell | undefined): boolean {
  return cell?.ended === true && cell.controller.signal.aborted;
}

/** `untilInterrupted` for the work of a cell. */
export async function untilInterrupted<T>(cell: Cell, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  cell.partialWork.add(controller);
  try {
    return await work(AbortSignal.any([controller.signal, cell.controller.signal]));
  } finally {
    cell.partialWork.delete(controller);
  }
}

/** Aborts the cell's partial work, if there is some that has not been aborted yet, and tells whether there was. */
export function cutShort(cell: Cell): boolean {
  const work = [...cell.partialWork].filter(({ signal }) => !signal.aborted);
  for (const controller of work) controller.abort(new KeyboardInterrupt());
  if (work.length > 0) cell.cutShort = true;
  return work.length > 0;
}

/** Throws KeyboardInterrupt if the executing cell has been interrupted. */
export function throwIfCellInterrupted(): void {
  running.getStore()?.controller.signal.throwIfAborted();
}

/** Has timers that were set by a cell not fire once it is cancelled, so that nothing of it goes on. */
export function cancelTimersWithTheirCell(): void {
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
    const original = globalThis[name] as (
      callback: (...args: unknown[]) => void,
      ...rest: unknown[]
    ) => unknown;
    const guarded = (callback: (...args: unknown[]) => void, ...rest: unknown[]) => {
      const cell = running.getStore();
      if (!cell || typeof callback !== 'function') return original(callback, ...rest);
      return original(
        (...args: unknown[]) => {
          if (!isCancelled(cell)) callback(...args);
        },
        ...rest,
      );
    };
    const promised = (original as { [promisify.custom]?: unknown })[promisify.custom];
    Object.assign(globalThis, { [name]: Object.assign(guarded, { [promisify.custom]: promised }) });
  }
}
