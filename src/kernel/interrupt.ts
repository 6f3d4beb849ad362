// How an interrupt reaches what runs. The thread of the sockets hears it; the main thread, which runs the cells, may be
// busy. The two share a little memory: cells look at it in their loops and after every await. What does not look, such
// as a library's endless loop, is terminated.
import { Session } from 'node:inspector';
import { runInThisContext } from 'node:vm';
import { type Cell, executingCell } from './cells';
import { setTimeout } from './intrinsics';
import { KeyboardInterrupt } from './keyboardInterrupt';
import { cutShort } from './partialWork';

/** The shared memory: a word for each of the following. */
export type InterruptState = Int32Array;

/** How many interrupts were requested. */
const REQUESTS = 0;
/** The number of the latest execute_request when the last interrupt came: an interrupt is for no later cell. */
const UP_TO = 1;
/** How many of them have taken effect, or were for nothing that still runs. */
const SETTLED = 2;
/** Counts the messages that the main thread answered, to tell whether it is stuck. */
const ANSWERS = 3;
/** Whether the main thread waits for a child process. */
const IN_CHILD = 4;
/** Whether it has not answered about an interrupt for so long that whatever it runs is to end. */
const STUCK = 5;
const WORDS = 6;

/** How long an interrupted cell may take to end by itself before it is given up. */
const GRACE_MS = 600;

/** A constant of the script scope, which cells cannot change, by which the thread of the sockets reaches this one. */
const STOP = '$fracmomentStop';

/** Evaluated in the main thread, amid whatever it runs, this terminates it; see `createInterrupts`. */
export const stopExpression = `${STOP}()`;

export function createInterruptState(): InterruptState {
  return new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
}

const isUnderWay = (state: InterruptState) => Atomics.load(state, REQUESTS) !== Atomics.load(state, SETTLED);

/** In the thread of the sockets: requests an interrupt of all cells up to this number. */
export function requestInterrupt(state: InterruptState, upTo: number): void {
  Atomics.store(state, UP_TO, upTo);
  Atomics.add(state, REQUESTS, 1);
}

/** In the thread of the sockets: what became of the last interrupt. */
export function interruptProgress(state: InterruptState): {
  underWay: boolean;
  answers: number;
  inChild: boolean;
} {
  return {
    underWay: isUnderWay(state),
    answers: Atomics.load(state, ANSWERS),
    inChild: Atomics.load(state, IN_CHILD) === 1,
  };
}

/** In the main thread: says that it exits, so that nothing which it runs is to be ended. */
export function noteExit(state: InterruptState): void {
  Atomics.store(state, SETTLED, Atomics.load(state, REQUESTS));
}

/** In the thread of the sockets: says whether the main thread is stuck. */
export function noteStuck(state: InterruptState, stuck: boolean): void {
  Atomics.store(state, STUCK, Number(stuck));
}

/** In the main thread: says that it waits for a child process while the task runs. */
export function waitingForChild<T>(state: InterruptState, task: () => T): T {
  Atomics.store(state, IN_CHILD, 1);
  try {
    return task();
  } finally {
    Atomics.store(state, IN_CHILD, 0);
  }
}

let uninterruptible = 0;

/** Runs what must not be left half done: the kernel's own work. */
export function uninterrupted<T>(task: () => T): T {
  uninterruptible++;
  try {
    return task();
  } finally {
    uninterruptible--;
  }
}

/** In the main thread: what becomes of requests. */
export interface Interrupts {
  /** Acts on an interrupt that the shared memory says was requested. Called for every message about one. */
  answer(): void;
  /** Interrupts what runs, as SIGINT does. */
  deliver(): void;
  /** Whether a cell was interrupted before it began. */
  precedes(cell: Cell): boolean;
  /**
   * Throws KeyboardInterrupt if the cell whose code executes has been interrupted, also just now. What is left of a cell
   * that has ended is interrupted where the thread is stuck with it.
   */
  throwIfInterrupted(): void;
  /** Whether code of the cell has just been terminated; then the cell is interrupted. */
  wasTerminated(cell: Cell): boolean;
  /** Says that a cell has ended. */
  settle(): void;
}

/**
 * @param running the cell that runs
 * @param giveUp ends its execution at once, although its asynchronous work goes on
 * @param mend puts right what terminated code may have left half done
 */
export function createInterrupts(
  state: InterruptState,
  running: () => Cell | undefined,
  giveUp: (cell: Cell) => void,
  mend: () => void,
): Interrupts {
  let seen = 0;
  const isUnseen = () => seen !== Atomics.load(state, REQUESTS);
  /** Whether there is a request that was not seen before; from now on it was. */
  const isNew = () => {
    const before = seen;
    seen = Atomics.load(state, REQUESTS);
    return seen !== before;
  };
  const concerns = (cell: Cell) => cell.serial <= Atomics.load(state, UP_TO);
  const settle = () => {
    seen = Atomics.load(state, REQUESTS);
    Atomics.store(state, SETTLED, seen);
  };
  const abort = (cell: Cell) => {
    if (cell.controller.signal.aborted) return;
    for (const child of cell.children) child.interrupt();
    cell.controller.abort(new KeyboardInterrupt());
    setTimeout(() => giveUp(cell), GRACE_MS);
  };
  const deliver = () => {
    const cell = running();
    if (!cell || cutShort(cell)) return settle();
    if (cell.controller.signal.aborted) return giveUp(cell);
    abort(cell);
  };
  const deliverIfRequested = () => {
    if (!isNew()) return;
    const cell = running();
    if (!cell || concerns(cell)) deliver();
    else settle();
  };

  /** Whose code was terminated, until `answer`. */
  const terminated = new Set<Cell>();
  let session: Session | undefined;
  const stop = () => {
    if (uninterruptible > 0 || !isUnderWay(state) || !executesForCells()) return;
    const cell = running();
    if (cell && (!concerns(cell) || (isUnseen() && cutShort(cell)))) return settle();
    if (!session) {
      session = new Session();
      session.connect();
    }
    const owner = executingCell() ?? cell;
    if (owner) terminated.add(owner);
    clearAsynchronousContexts();
    session.post('Runtime.terminateExecution');
  };
  const handOver = `${STOP}HandOver`;
  Object.assign(globalThis, { [handOver]: stop });
  runInThisContext(`const ${STOP} = globalThis.${handOver}; delete globalThis.${handOver};`);

  return {
    deliver,
    answer() {
      Atomics.add(state, ANSWERS, 1);
      deliverIfRequested();
      if (terminated.size > 0) mend();
      for (const cell of terminated) {
        abort(cell); // if it has ended already: nothing of it goes on
        giveUp(cell);
      }
      terminated.clear();
      if (!running()) settle();
    },
    precedes: concerns,
    settle,
    wasTerminated(cell) {
      if (!terminated.delete(cell)) return false;
      mend();
      abort(cell);
      return true;
    },
    // the cell's own code, which may be amid a loop, must not conclude the cell: `answer` does
    throwIfInterrupted() {
      const cell = executingCell();
      if (!cell) return;
      if (cell.ended) {
        if (Atomics.load(state, STUCK) === 1 && concerns(cell)) abort(cell);
      } else if (isUnderWay(state) && concerns(cell) && isNew()) {
        if (cutShort(cell)) settle();
        else abort(cell);
      }
      cell.controller.signal.throwIfAborted();
    },
  };
}

/** What `clearAsynchronousContexts` has Node handle as an uncaught error. */
export const NO_ERROR = Symbol('no error');

/**
 * Termination leaves Node's stack of asynchronous contexts as it was, over which Node ends the process. What handles an
 * uncaught error clears it.
 */
function clearAsynchronousContexts() {
  const { _fatalException } = process as unknown as {
    _fatalException(error: unknown, fromPromise: boolean): void;
  };
  _fatalException.call(process, NO_ERROR, false);
}

/**
 * Whether what this is called amid is code of cells, or of modules for them. Nothing else is terminated: neither the
 * kernel's own code nor, while the thread waits, whatever comes next.
 */
function executesForCells(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = Number.POSITIVE_INFINITY;
    Error.prepareStackTrace = (_, frames) => frames.map((frame) => frame.getFileName());
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder);
    const files = holder.stack as (string | null | undefined)[];
    return files.some((file) => file && !file.startsWith('node:') && !file.startsWith(__dirname));
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}
