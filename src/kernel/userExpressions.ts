import type { CellRunner } from './cellRunner';
import { describeDiagnostics, describeError } from './errors';
import { mimeBundleOf } from './richValues';
import type { JsonRecord } from './wire';

/** An entry of user_expressions: a value that the front-end wants to know beside the cell's. */
export async function evaluate(runner: CellRunner, expression: string, count: number): Promise<JsonRecord> {
  const outcome = await runner.execute(expression, count).outcome;
  if (outcome.kind === 'diagnostics')
    return { status: 'error', ...describeDiagnostics(outcome.diagnostics, expression) };
  if (outcome.kind === 'thrown') return { status: 'error', ...describeError(outcome.error) };
  const { data, metadata = {} } = await mimeBundleOf(outcome.value);
  return { status: 'ok', data, metadata };
}
