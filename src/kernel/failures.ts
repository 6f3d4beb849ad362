// What goes wrong in a cell and nothing catches.
import { type Cell, currentCell, isCancelled } from './cells';
import { formatError } from './errors';
import { NO_ERROR } from './interrupt';
import { restoreIntrinsics } from './intrinsics';

/**
 * Catches what nothing else does, whatever listeners cells remove.
 * @param onRejection may miss rejections for the moment after a cell has removed its listener; they go to `onError`
 */
export function catchUncaught(
  onError: (error: unknown) => void,
  onRejection: (error: unknown, promise: Promise<unknown>) => void,
): void {
  process.setUncaughtExceptionCaptureCallback((error) => {
    restoreIntrinsics();
    onError(error);
    try {
      process.emit('uncaughtException', error); // for listeners of cells
    } catch (failure) {
      onError(failure);
    }
  });
  process.setUncaughtExceptionCaptureCallback = () => {
    throw new Error(
      "the kernel catches uncaught exceptions; listen to process's 'uncaughtException' instead",
    );
  };
  process.on('unhandledRejection', onRejection);
}

/** Handles what nothing caught: it ends its cell, or is written there if that has ended. */
export function failCell(error: unknown, log: (text: string) => void, giveUp: (cell: Cell) => void): void {
  if (error === NO_ERROR) return;
  const cell = currentCell();
  if (!cell) log(formatError(error));
  else if (isCancelled(cell) || isReason(error, cell)) return;
  else if (cell.ended) process.stderr.write(`${formatError(error)}\n`);
  else {
    cell.failures.push(error);
    if (cell.controller.signal.aborted) return;
    cell.controller.abort(error);
    giveUp(cell);
  }
}

/** Whether an error is why the cell was aborted. */
function isReason(error: unknown, { controller: { signal } }: Cell): boolean {
  return signal.aborted && error === signal.reason;
}
