// Which of what went wrong in a cell is told as its error.
import type { Outcome } from './cellRunner';
import { writeMessage } from './engine';
import { describeDiagnostics, describeError, type ErrorContent, formatError } from './errors';
import { KeyboardInterrupt } from './keyboardInterrupt';

/** What becomes of a cell that is not waited for any longer. */
export interface GivenUp {
  kind: 'givenUp';
}

interface FailedCell {
  readonly controller: AbortController;
  /** What was thrown or rejected and not caught, in order. */
  readonly failures: readonly unknown[];
}

/** The one error of a failed cell; what else went wrong is written to its stderr. */
export function takeError(
  cell: FailedCell,
  outcome: Outcome | GivenUp,
  code: string,
): ErrorContent | undefined {
  if (outcome.kind === 'diagnostics') return describeDiagnostics(outcome.diagnostics, code);
  const errors = new Set(outcome.kind === 'thrown' ? [outcome.error, ...cell.failures] : cell.failures);
  const { aborted, reason } = cell.controller.signal;
  if (!(reason instanceof KeyboardInterrupt)) {
    if (aborted && !cell.failures.includes(reason)) errors.delete(reason); // says only that it failed
  } else if (outcome.kind === 'givenUp') errors.add(reason);
  if (errors.size === 0) return undefined;
  const [first] = errors;
  const error = reason instanceof KeyboardInterrupt ? reason : first;
  errors.delete(error);
  for (const other of errors) writeMessage(`${formatError(other)}\n`);
  return describeError(error);
}
