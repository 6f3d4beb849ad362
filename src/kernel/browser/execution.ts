// What the kernel does with one cell in a browser: runs it, describes how it ended, and ends it when it is interrupted.
import type { CellHost } from '../../notebook/host';
import { cellHost } from '../../platform/cellSignal';
import type { CellRun, CellRunner, Outcome } from '../cellRunner';
import { readBoolean, readRecord, readString } from '../content';
import { describeError, type ErrorContent, formatError } from '../errors';
import { inspectCode, QUESTION } from '../introspection';
import { KeyboardInterrupt } from '../keyboardInterrupt';
import { cutShort, type PartialWork, runPartialWork } from '../partialWork';
import { mimeBundleOf } from '../richValues';
import { type GivenUp, takeError } from '../takeError';
import { evaluate } from '../userExpressions';
import type { JsonRecord } from '../wire';
import { flush, publish, setOwner, writeStream } from './output';
import { scope } from './scope';

const { setTimeout } = globalThis;

/** How long an interrupted cell may take to end by itself before it is given up. */
const GRACE_MS = 600;

interface Cell extends PartialWork {
  /** What was thrown or rejected and not caught, in order. */
  readonly failures: unknown[];
  value: unknown;
  ended: boolean;
  /** Ends its execution at once, although its asynchronous work goes on. */
  giveUp(): void;
}

/** A cell that has ended. */
export interface RanCell {
  reply: JsonRecord;
  /** Whether cells that wait behind it are not to run. */
  stops: boolean;
}

export interface BrowserExecution {
  /** Runs the cell of an execute_request. */
  execute(request: { id: number; content: JsonRecord; count: number }): Promise<RanCell>;
  interrupt(): void;
}

interface ExecutionParts {
  /** Whether memory that is shared with the page says, since the last call, that the cell was interrupted. */
  isInterrupted(): boolean;
  createRunner(throwIfInterrupted: () => void): CellRunner;
  /** Fetches what a cell needs that can be fetched asynchronously alone. */
  fetchFor(code: string): Promise<void>;
}

export function createBrowserExecution({
  isInterrupted,
  createRunner,
  fetchFor,
}: ExecutionParts): BrowserExecution & { runner: CellRunner } {
  let cell: Cell | undefined; // the latest

  const interrupt = () => {
    if (!cell || cell.ended) return;
    const interrupted = cell;
    if (cutShort(cell)) return;
    if (cell.controller.signal.aborted) cell.giveUp();
    else {
      cell.controller.abort(new KeyboardInterrupt());
      setTimeout(() => interrupted.giveUp(), GRACE_MS);
    }
  };
  const runner = createRunner(() => {
    if (isInterrupted()) interrupt();
    cell?.controller.signal.throwIfAborted();
  });

  const fail = (error: unknown) => {
    if (cell?.controller.signal.aborted && error === cell.controller.signal.reason) return;
    if (!cell || cell.ended) writeStream('stderr', `${formatError(error)}\n`);
    else {
      cell.failures.push(error);
      if (cell.controller.signal.aborted) return;
      cell.controller.abort(error);
      cell.giveUp();
    }
  };
  scope.addEventListener('error', (event) => {
    event.preventDefault();
    fail(event.error ?? new Error(event.message));
  });
  scope.addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    const { reason, promise } = event;
    if (cell?.value === promise) return; // shown as rejected
    if (runner.isStored(promise)) writeStream('stderr', `Unhandled rejection: ${formatError(reason)}\n`);
    else fail(reason);
  });

  const host: CellHost = {
    display({ data, metadata = {} }, { displayId, update = false }) {
      const transient = displayId === undefined ? {} : { display_id: displayId };
      publish(update ? 'update_display_data' : 'display_data', { data, metadata, transient });
    },
    redrawsCharts: true,
    get signal() {
      return cell?.controller.signal;
    },
    withoutInterrupts: (task) => task(),
    untilInterrupted: (work) => runPartialWork(cell!, work),
  };
  Object.assign(globalThis, { [cellHost]: host });

  const describe = async (
    own: Cell,
    outcome: Outcome | GivenUp,
    code: string,
  ): Promise<ErrorContent | undefined> => {
    // a rejection that nothing awaits surfaces before: in Firefox after the first of these
    for (let i = 0; i < 2; i++) await new Promise((next) => setTimeout(next, 0));
    return takeError(own, outcome, code);
  };

  async function execute({
    id,
    content,
    count,
  }: Parameters<BrowserExecution['execute']>[0]): Promise<RanCell> {
    const code = readString(content, 'code');
    const silent = readBoolean(content, 'silent', false);
    const stopOnError = readBoolean(content, 'stop_on_error', true);
    const expressions = Object.entries(readRecord(content, 'user_expressions'));
    setOwner(id, silent);
    const reply = (more: JsonRecord, stops = false): RanCell => {
      flush();
      return { reply: { execution_count: count, user_expressions: {}, payload: [], ...more }, stops };
    };
    const failed = (error: ErrorContent) => {
      publish('error', error);
      return reply({ status: 'error', ...error }, stopOnError);
    };
    const [, asked] = QUESTION.exec(code) ?? [];
    if (asked !== undefined) {
      const { found, data } = inspectCode(runner, { code: asked });
      if (found === true) return reply({ status: 'ok', payload: [{ source: 'page', data, start: 0 }] });
    }

    let run: CellRun | undefined;
    let giveUp: () => void = () => {};
    const givenUp = new Promise<GivenUp>((resolve) => {
      giveUp = () => {
        if (own.ended) return;
        run?.giveUp();
        resolve({ kind: 'givenUp' });
      };
    });
    const own: Cell = {
      controller: new AbortController(),
      partialWork: new Set(),
      cutShort: false,
      failures: [],
      value: undefined,
      ended: false,
      giveUp: () => giveUp(),
    };
    cell = own;
    try {
      await Promise.race([fetchFor(code), givenUp]);
      run = runner.execute(code, count);
      const noteValue = run.outcome.then((outcome) => {
        if (outcome.kind === 'value') own.value = outcome.value;
        return outcome;
      });
      const outcome = await Promise.race([noteValue, givenUp]);
      const error = await describe(own, outcome, code);
      if (error) return failed(error);
      if (outcome.kind === 'value' && outcome.value !== undefined) {
        const shown = await Promise.race([mimeBundleOf(outcome.value), givenUp]);
        if ('kind' in shown)
          return failed((await describe(own, shown, code)) ?? describeError(new KeyboardInterrupt()));
        publish('execute_result', {
          execution_count: count,
          data: shown.data,
          metadata: shown.metadata ?? {},
        });
      }
      const evaluated: JsonRecord = {};
      for (const [name, expression] of expressions)
        evaluated[name] = await evaluate(runner, String(expression), count);
      return reply({ status: 'ok', user_expressions: evaluated }, stopOnError && own.cutShort);
    } catch (error) {
      return failed(describeError(error));
    } finally {
      own.ended = true;
    }
  }

  return { runner, execute, interrupt };
}
