// What the kernel does with one cell: runs it and describes how it ended. Whatever a cell brings along (its code, but
// also how its values and errors show themselves) runs as the cell's, so that an interrupt ends it.
import { syncBuiltinESMExports } from 'node:module';
import type { MimeBundle } from '../notebook/host';
import type { CellRun, CellRunner, Outcome } from './cellRunner';
import {
  type Cell,
  cancelCallbacksWithTheirCell,
  currentCell,
  newCell,
  runInCell,
  showPromisesPlainly,
} from './cells';
import { attachChildProcesses } from './childProcesses';
import { readBoolean, readRecord, readString } from './content';
import { describeError, type ErrorContent, formatError, formatStack } from './errors';
import { catchUncaught, failCell } from './failures';
import { createHistory, type History } from './history';
import { type AskFrontEnd, redirectInput } from './input';
import { createInterrupts, type InterruptState, type Interrupts, uninterrupted } from './interrupt';
import {
  queueMicrotask,
  restoreIntrinsics,
  returnReplaced,
  setImmediate,
  setTimeout,
  stringify,
} from './intrinsics';
import { inspectCode, QUESTION } from './introspection';
import { KeyboardInterrupt } from './keyboardInterrupt';
import { nodeCellRunner } from './node/runner';
import { type Outlet, redirectOutput } from './output';
import { mimeBundleOf } from './richValues';
import { type GivenUp, takeError } from './takeError';
import { evaluate } from './userExpressions';
import type { Header, JsonRecord } from './wire';

/** Enough for what is left when the kernel's own frames are taken out. */
const STACK_FRAMES = 50;

/** Cells that arrive within this time after a failure or an interrupt were sent before it was known. */
const ABORT_WINDOW_MS = 50;

/** A cell that has ended. */
export interface Executed {
  reply: JsonRecord;
  /** Whether cells that wait behind it are not to run. */
  stops: boolean;
}

export interface Execution {
  readonly runner: CellRunner;
  readonly interrupts: Interrupts;
  readonly history: History;
  /**
   * Runs the cell of an execute_request, then calls `onEnd`.
   * @param serial which execute_request it is
   * @throws TypeError if the content is not that of an execute_request
   */
  start(header: Header, serial: number, content: JsonRecord, onEnd: (executed: Executed) => void): void;
}

/** How a cell ended. */
interface Ending {
  error?: ErrorContent;
  value?: MimeBundle;
  expressions?: JsonRecord;
  /** Documentation that a cell such as `relu?` asks for. */
  page?: object;
}

/** The cell that runs. */
interface Current {
  cell: Cell;
  run?: CellRun;
  givenUp: boolean;
  conclude(outcome: Outcome | GivenUp): void;
  end(ending: Ending): void;
}

/** What an execution needs of the front-end. */
export interface CellFront extends Outlet, AskFrontEnd {
  log(text: string): void;
}

/** Makes this process the kernel's: its output, errors and interrupts belong to cells from now on. */
export function createExecution(front: CellFront, interruptState: InterruptState): Execution {
  let current: Current | undefined;
  let count = 0;
  const history = createHistory();

  const giveUp = (cell: Cell) => {
    if (current?.cell !== cell) return;
    if (current.givenUp) {
      // the cell's own errors cannot be described either
      current.end({ error: describeError(cell.controller.signal.reason) });
      return;
    }
    const { run, conclude } = current;
    current.givenUp = true;
    try {
      run?.giveUp();
    } finally {
      conclude({ kind: 'givenUp' });
    }
  };
  const interrupts = createInterrupts(
    interruptState,
    () => current?.cell,
    giveUp,
    () => {
      returnReplaced();
      runner.forgetHalfLoaded();
    },
  );

  Error.stackTraceLimit = STACK_FRAMES;
  Error.prepareStackTrace = formatStack;
  const runner = nodeCellRunner(interrupts.throwIfInterrupted);
  cancelCallbacksWithTheirCell(interrupts.throwIfInterrupted);
  showPromisesPlainly();
  redirectOutput(front);
  redirectInput(front);
  attachChildProcesses(interruptState, interrupts.throwIfInterrupted);
  syncBuiltinESMExports(); // timers and child processes as changed above, also for ES modules
  process.exit = (code) => {
    throw new Error(`process.exit(${code ?? ''}) would end the kernel; use "Restart Kernel" for that`);
  };
  const fail = (error: unknown) => {
    try {
      failCell(error, front.log, giveUp);
    } catch (failure) {
      // a cell has changed what this relies on
      current?.end({ error: describeError(failure) });
    }
  };
  catchUncaught(fail, (error, promise) => {
    const cell = currentCell();
    // a value is shown as rejected, and what is kept may be awaited later
    if (cell?.value === promise) return;
    if (cell && runner.isStored(promise))
      process.stderr.write(`Unhandled rejection: ${formatError(error)}\n`);
    else fail(error);
  });
  process.on('SIGINT', interrupts.deliver);

  function start(
    header: Header,
    serial: number,
    content: JsonRecord,
    onEnd: (executed: Executed) => void,
  ): void {
    const code = readString(content, 'code');
    const silent = readBoolean(content, 'silent', false);
    const storeHistory = readBoolean(content, 'store_history', true) && !silent;
    const stopOnError = readBoolean(content, 'stop_on_error', true);
    const allowStdin = readBoolean(content, 'allow_stdin', false);
    const expressions = Object.entries(readRecord(content, 'user_expressions'));
    if (storeHistory) count++;
    const setOutput = storeHistory ? history.add(code) : undefined;
    const publish = (type: string, message: object) => {
      if (!silent) front.publish(type, header, message);
    };
    publish('execute_input', { code, execution_count: count });
    const cell = newCell({ request: header, serial, count, silent, allowStdin });

    const end = ({ error, value, expressions: evaluated = {}, page }: Ending) =>
      uninterrupted(() => {
        if (cell.ended) return;
        restoreIntrinsics();
        cell.ended = true;
        current = undefined;
        interrupts.settle();
        if (value) setOutput?.(value.data['text/plain']);
        if (error) publish('error', error);
        else if (value)
          publish('execute_result', {
            execution_count: count,
            data: value.data,
            metadata: value.metadata ?? {},
          });
        const payload = page ? [{ source: 'page', data: page, start: 0 }] : [];
        const reply = { execution_count: count, user_expressions: evaluated, payload };
        const stops = stopOnError && (error !== undefined || cell.cutShort);
        const executed = {
          reply: error ? { status: 'error', ...reply, ...error } : { status: 'ok', ...reply },
          stops,
        };
        if (stops) setTimeout(() => uninterrupted(() => onEnd(executed)), ABORT_WINDOW_MS);
        else onEnd(executed);
      });

    const describe = async (outcome: Outcome | GivenUp): Promise<Ending> => {
      // a rejection that nothing awaits surfaces before
      await new Promise((resolve) => setImmediate(resolve));
      const stopped = interrupts.wasTerminated(cell) || own.givenUp;
      if (stopped && outcome.kind === 'value') outcome = { kind: 'givenUp' };
      const error = takeError(cell, outcome, code);
      if (error || outcome.kind !== 'value') return { ...(error && { error }) };
      const value = outcome.value === undefined ? undefined : await mimeBundleOf(outcome.value);
      if (value) stringify(value); // what cannot be sent fails here
      const evaluated: JsonRecord = {};
      for (const [name, expression] of expressions)
        evaluated[name] = await evaluate(runner, String(expression), count);
      return { ...(value && { value }), expressions: evaluated };
    };
    const conclude: Current['conclude'] = (outcome) => {
      restoreIntrinsics();
      runInCell(cell, () => describe(outcome)).then(end, (error) => end({ error: describeError(error) }));
    };

    const own: Current = { cell, givenUp: false, conclude, end };
    current = own;
    const { controller } = cell;
    const begin = () => {
      if (interrupts.precedes(cell)) {
        controller.abort(new KeyboardInterrupt());
        return giveUp(cell);
      }
      const [, asked] = QUESTION.exec(code) ?? [];
      if (asked !== undefined) {
        const { found, data } = uninterrupted(() => inspectCode(runner, { code: asked }));
        if (found === true) return end({ page: data as object });
      }
      runInCell(cell, () => {
        const run = runner.execute(code, count);
        if (current?.cell !== cell) return;
        current.run = run;
        void run.outcome.then((outcome) => {
          if (outcome.kind === 'value') cell.value = outcome.value;
          if (current?.cell === cell && !current.givenUp) conclude(outcome);
        });
      });
    };
    // on a stack of its own, which may be terminated
    setImmediate(() => queueMicrotask(begin));
  }

  return { runner, interrupts, history, start };
}
