// What the kernel does with one cell: runs it and describes how it ended.
import { inspect } from 'node:util';
import { type Displayable, displayMethod, type MimeBundle } from '../notebook/host';
import { type CellRunner, createCellRunner, type Outcome } from './cellRunner';
import {
  type Cell,
  cancelTimersWithTheirCell,
  currentCell,
  isCancelled,
  newCell,
  runInCell,
  showPromisesPlainly,
} from './cells';
import { readBoolean, readString } from './content';
import { describeDiagnostics, describeError, type ErrorContent, formatError, formatStack } from './errors';
import { createInterrupts, type InterruptState, type Interrupts, KeyboardInterrupt } from './interrupt';
import { type Outlet, redirectOutput } from './output';
import type { JsonRecord, Message } from './wire';

/** Enough for what is left when the kernel's own frames are taken out. */
const STACK_FRAMES = 50;

/** A cell's end with its value as it is shown. */
interface Result {
  kind: 'result';
  /** By MIME type. */
  data: MimeBundle['data'];
}

/** A cell that has ended. */
export interface Executed {
  reply: JsonRecord;
  /** Whether cells that wait behind it are not to run. */
  stops: boolean;
}

export interface Execution {
  readonly runner: CellRunner;
  readonly interrupts: Interrupts;
  /** The code of earlier requests that are to be remembered. */
  readonly history: readonly string[];
  /** Runs the cell of an execute_request. */
  execute(request: Message): Promise<Executed>;
}

/** Makes this process the kernel's: its output, errors and interrupts belong to cells from now on. */
export function createExecution(
  front: Outlet & { log(text: string): void },
  interruptState: InterruptState,
): Execution {
  let running: Cell | undefined;
  let count = 0;
  const history: string[] = [];
  const interrupts = createInterrupts(
    interruptState,
    () => running,
    () => runner.giveUp(),
  );

  Error.stackTraceLimit = STACK_FRAMES;
  Error.prepareStackTrace = formatStack;
  const runner = createCellRunner(interruptState, interrupts.throwIfInterrupted);
  cancelTimersWithTheirCell();
  showPromisesPlainly();
  redirectOutput(front);
  process.exit = (code) => {
    throw new Error(`process.exit(${code ?? ''}) would end the kernel; use "Restart Kernel" for that`);
  };
  const fail = (error: unknown) => failCell(error, front.log, runner);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('SIGINT', interrupts.deliver);

  async function execute({ header, content }: Message): Promise<Executed> {
    const code = readString(content, 'code');
    const silent = readBoolean(content, 'silent', false);
    const storeHistory = readBoolean(content, 'store_history', true) && !silent;
    const stopOnError = readBoolean(content, 'stop_on_error', true);
    if (storeHistory) {
      count++;
      history.push(code);
    }
    const publish = (type: string, message: object) => {
      if (!silent) front.publish(type, header, message);
    };
    publish('execute_input', { code, execution_count: count });
    const cell = newCell(header, count, silent);
    running = cell;
    const outcome = await runCode(cell, code, runner);
    const error = takeError(cell, outcome, code);
    cell.ended = true;
    running = undefined;
    // code of a cell that was given up may still run, and has to go on looking
    if (outcome.kind !== 'givenUp') interrupts.settle();

    const reply = { execution_count: count, user_expressions: {}, payload: [] };
    if (error) publish('error', error);
    else if (outcome.kind === 'result')
      publish('execute_result', {
        execution_count: count,
        data: outcome.data,
        metadata: {},
      });
    return {
      reply: error ? { status: 'error', ...reply, ...error } : { status: 'ok', ...reply },
      stops: stopOnError && (error !== undefined || cell.cutShort),
    };
  }

  return { runner, interrupts, history, execute };
}

/** Handles what nothing caught: it ends its cell, or is written there if that has ended. */
function failCell(error: unknown, log: (text: string) => void, runner: CellRunner): void {
  const cell = currentCell();
  if (!cell) log(formatError(error));
  else if (isCancelled(cell) || error === cell.controller.signal.reason) return;
  else if (cell.ended) process.stderr.write(`${formatError(error)}\n`);
  else {
    cell.failures.push(error);
    cell.controller.abort(error);
    runner.giveUp();
  }
}

async function runCode(cell: Cell, code: string, runner: CellRunner): Promise<Outcome | Result> {
  const outcome = await runInCell(cell, () => runner.execute(code, cell.count)).catch(
    (error: unknown): Outcome => ({ kind: 'thrown', error }), // the compiler itself failed
  );
  await new Promise((resolve) => setImmediate(resolve)); // a rejection that nothing awaits surfaces before
  if (outcome.kind === 'thrown' && isInterruptedBySigint(outcome.error)) {
    cell.controller.abort(new KeyboardInterrupt());
    return { kind: 'thrown', error: cell.controller.signal.reason };
  }
  if (outcome.kind !== 'value' || outcome.value === undefined) return outcome;
  try {
    return { kind: 'result', data: runInCell(cell, () => shown(outcome.value)) };
  } catch (error) {
    return { kind: 'thrown', error };
  }
}

/** A value as it is shown: as text, and in the formats of its own, if it has any. */
function shown(value: unknown): MimeBundle['data'] {
  return { 'text/plain': inspect(value), ...(value as Partial<Displayable> | null)?.[displayMethod]?.() };
}

function isInterruptedBySigint(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}

/** The one error of a failed cell; what else went wrong is written to its stderr. */
function takeError(cell: Cell, outcome: Outcome | Result, code: string): ErrorContent | undefined {
  if (outcome.kind === 'diagnostics') return describeDiagnostics(outcome.diagnostics, code);
  const errors = new Set(outcome.kind === 'thrown' ? [outcome.error, ...cell.failures] : cell.failures);
  const { reason } = cell.controller.signal;
  if (outcome.kind === 'givenUp') errors.add(reason);
  if (errors.size === 0) return undefined;
  const [first] = errors;
  const error = reason instanceof KeyboardInterrupt ? reason : first;
  errors.delete(error);
  runInCell(cell, () => {
    for (const other of errors) process.stderr.write(`${formatError(other)}\n`);
  });
  return describeError(error);
}
