// The memory that the thread of the sockets and the main thread share: how an interrupt reaches a busy main thread.

/** Int32Array words. */
export type InterruptState = Int32Array;

/** Word 0: whether an interrupt is under way. The code of cells looks at it, so it must be word 0 and 0 for none. */
export const INTERRUPT = 0;
export const NONE = 0;
/** Set by the thread of the sockets. */
export const REQUESTED = 1;
/** Set by the main thread: the running cell's signal is aborted. */
export const DELIVERED = 2;

/** Word 1: 1 while the synchronous part of a cell runs, which SIGINT ends. */
export const IN_SCRIPT = 1;

export function createInterruptState(): InterruptState {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}
