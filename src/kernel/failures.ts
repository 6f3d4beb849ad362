// What goes wrong in a cell, caught or not, and which of it is told as its error.
import type { Outcome } from './cellRunner';
import { type Cell, currentCell, isCancelled } from './cells';
import { describeDiagnostics, describeError, type ErrorContent, formatError } from './errors';
import { KeyboardInterrupt, NO_ERROR } from './interrupt';
import { restoreIntrinsics } from './intrinsics';

/** What becomes of a cell that is not waited for any longer. */
export interface GivenUp {
  kind: 'givenUp';
}

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

/** The one error of a failed cell; what else went wrong is written to its stderr. */
export function takeError(cell: Cell, outcome: Outcome | GivenUp, code: string): ErrorContent | undefined {
  if (outcome.kind === 'diagnostics') return describeDiagnostics(outcome.diagnostics, code);
  const errors = new Set(outcome.kind === 'thrown' ? [outcome.error, ...cell.failures] : cell.failures);
  const { reason } = cell.controller.signal;
  if (!(reason instanceof KeyboardInterrupt)) {
    if (!cell.failures.includes(reason)) errors.delete(reason); // says only that it failed
  } else if (outcome.kind === 'givenUp') errors.add(reason);
  if (errors.size === 0) return undefined;
  const [first] = errors;
  const error = reason instanceof KeyboardInterrupt ? reason : first;
  errors.delete(error);
  for (const other of errors) process.stderr.write(`${formatError(other)}\n`);
  return describeError(error);
}
