// How an interrupt reaches a running cell: from the thread of the sockets, which hears it, to the main thread, which may
// be busy. The two share a little memory; the code of cells looks at it in every loop.
import { type Cell, executingCell } from './cells';

/** The shared memory. Word 0 is whether an interrupt is under way, and 0 for none: the code of cells relies on it. */
export type InterruptState = Int32Array;

const UNDER_WAY = 0;
const NONE = 0;
/** Set by the thread of the sockets. */
const REQUESTED = 1;
/** Set by the main thread: the running cell's signal is aborted. */
const DELIVERED = 2;

/** Word 1 is 1 while the synchronous part of a cell runs, which SIGINT ends. */
const IN_SCRIPT = 1;

/** How often a request is repeated by SIGINT until the main thread has seen it. */
const RETRY_MS = 100;
/** How long an interrupted cell may take to end by itself before it is given up. */
const GRACE_MS = 1000;

/** Why an interrupted cell's signal is aborted, and what its awaits and loops throw. */
export class KeyboardInterrupt extends Error {
  override readonly name = 'KeyboardInterrupt';
  constructor() {
    super('the cell was interrupted');
  }
}

export function createInterruptState(): InterruptState {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Says whether the synchronous part of a cell runs now. */
export function markScript(state: InterruptState, runs: boolean): void {
  Atomics.store(state, IN_SCRIPT, Number(runs));
}

/**
 * In the thread of the sockets: asks the main thread to end the running cell, by the shared memory, which the loops of
 * cells look at, and by a message, which it reads between its tasks. Synchronous code outside cells hears neither; if a
 * cell called it before its first await, SIGINT ends it (on Windows SIGINT would end the process).
 */
export function requestInterrupt(state: InterruptState, sendMessage: () => void): void {
  Atomics.store(state, UNDER_WAY, REQUESTED);
  sendMessage();
  if (process.platform === 'win32') return;
  const timer = setInterval(() => {
    if (Atomics.load(state, UNDER_WAY) !== REQUESTED) clearInterval(timer);
    else if (Atomics.load(state, IN_SCRIPT) === 1) process.kill(process.pid, 'SIGINT');
  }, RETRY_MS);
}

/** In the main thread: what becomes of requests. */
export interface Interrupts {
  /** Interrupts the running cell: work that returns what it has is cut short, else the cell ends. */
  deliver(): void;
  /** Does so if the shared memory has a request. */
  deliverIfRequested(): void;
  /** Throws KeyboardInterrupt if the executing cell has been interrupted, also just now. */
  throwIfInterrupted(): void;
  /** Says that nothing is under way any more. */
  settle(): void;
}

/**
 * @param running the cell that an interrupt is for
 * @param giveUp ends that cell's execution at once, although its asynchronous work goes on
 */
export function createInterrupts(
  state: InterruptState,
  running: () => Cell | undefined,
  giveUp: () => void,
): Interrupts {
  const settle = () => {
    Atomics.store(state, UNDER_WAY, NONE);
  };
  const deliver = () => {
    const cell = running();
    if (!cell || cutShort(cell)) return settle();
    Atomics.store(state, UNDER_WAY, DELIVERED);
    if (cell.controller.signal.aborted) giveUp();
    cell.controller.abort(new KeyboardInterrupt());
    setTimeout(() => {
      if (!cell.ended) giveUp();
    }, GRACE_MS);
  };
  const deliverIfRequested = () => {
    if (Atomics.load(state, UNDER_WAY) === REQUESTED) deliver();
  };
  return {
    deliver,
    deliverIfRequested,
    settle,
    throwIfInterrupted() {
      deliverIfRequested();
      executingCell()?.controller.signal.throwIfAborted();
    },
  };
}

/** Aborts the cell's partial work, if some has not been aborted yet; returns whether there was. */
function cutShort(cell: Cell): boolean {
  const work = [...cell.partialWork].filter(({ signal }) => !signal.aborted);
  for (const controller of work) controller.abort(new KeyboardInterrupt());
  if (work.length > 0) cell.cutShort = true;
  return work.length > 0;
}
