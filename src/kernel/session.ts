// What the kernel does with requests: cells one after another, everything else at once.
import { inspect } from 'node:util';
import {
  type Cell,
  cancelTimersWithTheirCell,
  currentCell,
  cutShort,
  isCancelled,
  KeyboardInterrupt,
  runInCell,
  throwIfCellInterrupted,
} from './cells';
import { createCompiler, type Outcome } from './compiler';
import { readBoolean, readString } from './content';
import { describeDiagnostics, describeError, type ErrorContent, formatError, formatStack } from './errors';
import { searchHistory } from './history';
import { DELIVERED, INTERRUPT, type InterruptState, NONE, REQUESTED } from './interruptState';
import { complete, inspectCode, isComplete } from './introspection';
import { forgetRebuiltModules } from './modules';
import { type Outlet, redirectOutput } from './output';
import type { Channel } from './sockets';
import type { Json, Message } from './wire';

/** How long an interrupted cell may take to end by itself before it is given up. */
const INTERRUPT_GRACE_MS = 1000;
/** Cells that arrive within this time after a failure or an interrupt were sent before it was known. */
const ABORT_WINDOW_MS = 50;
/** Enough for what is left when the kernel's own frames are taken out. */
const STACK_FRAMES = 50;

/** How the session speaks to the front-end. */
export interface Front extends Outlet {
  reply(channel: Channel, request: Message, content: Json): void;
  log(text: string): void;
}

export interface Session {
  receive(channel: Channel, request: Message): void;
  /** Acts on an interrupt that the shared state says was requested. */
  interruptIfRequested(): void;
}

interface Job {
  channel: Channel;
  request: Message;
  /** True if a cell before it failed or was cut short. */
  aborted: boolean;
}

/** A cell's end with its value as it is shown. */
interface Result {
  kind: 'result';
  text: string;
}

/** Makes this process the kernel's: its output, errors and interrupts belong to cells from now on. */
export function createSession(front: Front, interruptState: InterruptState): Session {
  let running: Cell | undefined;
  let count = 0;
  const history: string[] = [];
  const queue: Job[] = [];

  function interrupt() {
    const cell = running;
    if (!cell || cutShort(cell)) {
      Atomics.store(interruptState, INTERRUPT, NONE);
      return;
    }
    Atomics.store(interruptState, INTERRUPT, DELIVERED);
    if (cell.controller.signal.aborted) compiler.giveUp();
    cell.controller.abort(new KeyboardInterrupt());
    setTimeout(() => {
      if (!cell.ended) compiler.giveUp();
    }, INTERRUPT_GRACE_MS);
  }

  function interruptIfRequested() {
    if (Atomics.load(interruptState, INTERRUPT) === REQUESTED) interrupt();
  }

  /** An exception or a rejection that nothing caught: it ends its cell, or is told there if that has ended. */
  function fail(error: unknown) {
    const cell = currentCell();
    if (!cell) front.log(formatError(error));
    else if (isCancelled(cell) || error === cell.controller.signal.reason) return;
    else if (cell.ended) process.stderr.write(`${formatError(error)}\n`);
    else {
      cell.failures.push(error);
      cell.controller.abort(error);
      compiler.giveUp();
    }
  }

  Error.stackTraceLimit = STACK_FRAMES;
  Error.prepareStackTrace = formatStack;
  const compiler = createCompiler({
    interruptState,
    throwIfInterrupted() {
      interruptIfRequested();
      throwIfCellInterrupted();
    },
  });
  cancelTimersWithTheirCell();
  redirectOutput(front);
  process.exit = (code) => {
    throw new Error(`process.exit(${code ?? ''}) would end the kernel; use "Restart Kernel" for that`);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('SIGINT', interrupt);

  async function runCode(cell: Cell, code: string): Promise<Outcome | Result> {
    const outcome = await runInCell(cell, () => compiler.execute(code, cell.count));
    await new Promise((resolve) => setImmediate(resolve)); // a rejection that nothing awaits surfaces before
    if (outcome.kind === 'thrown' && isInterruptedBySigint(outcome.error)) {
      cell.controller.abort(new KeyboardInterrupt());
      return { kind: 'thrown', error: cell.controller.signal.reason };
    }
    if (outcome.kind !== 'value' || outcome.value === undefined) return outcome;
    try {
      return { kind: 'result', text: runInCell(cell, () => inspect(outcome.value)) };
    } catch (error) {
      return { kind: 'thrown', error };
    }
  }

  /** The one error of a failed cell; what else went wrong is told on its stderr. */
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

  async function execute({ header, content }: Message): Promise<Json> {
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
    forgetRebuiltModules();
    const cell: Cell = {
      request: header,
      count,
      silent,
      controller: new AbortController(),
      partialWork: new Set(),
      cutShort: false,
      failures: [],
      ended: false,
    };
    running = cell;
    const outcome = await runCode(cell, code);
    const error = takeError(cell, outcome, code);
    cell.ended = true;
    running = undefined;
    // code of a cell that was given up may still run, and has to go on looking
    if (outcome.kind !== 'givenUp') Atomics.store(interruptState, INTERRUPT, NONE);

    const reply = { execution_count: count, user_expressions: {}, payload: [] };
    if (error) publish('error', error);
    else if (outcome.kind === 'result')
      publish('execute_result', {
        execution_count: count,
        data: { 'text/plain': outcome.text },
        metadata: {},
      });
    if (stopOnError && (error || cell.cutShort)) {
      await new Promise((resolve) => setTimeout(resolve, ABORT_WINDOW_MS));
      for (const job of queue) job.aborted = true;
    }
    return error ? { status: 'error', ...reply, ...error } : { status: 'ok', ...reply };
  }

  async function serve({ channel, request }: Job, handle: (request: Message) => Json | Promise<Json>) {
    front.publish('status', request.header, { execution_state: 'busy' });
    let reply: Json;
    try {
      reply = await handle(request);
    } catch (error) {
      reply = { status: 'error', ...describeError(error) };
    }
    front.reply(channel, request, reply);
    front.publish('status', request.header, { execution_state: 'idle' });
  }

  let draining = false;
  async function drain() {
    if (draining) return;
    draining = true;
    for (let job = queue.shift(); job; job = queue.shift())
      await serve(job, job.aborted ? () => ({ status: 'aborted' }) : execute);
    draining = false;
  }

  const handlers = new Map<string, (content: Json) => Json>([
    ['is_complete_request', (content) => isComplete(compiler, content)],
    ['complete_request', (content) => complete(compiler, content)],
    ['inspect_request', (content) => inspectCode(compiler, content)],
    ['history_request', (content) => ({ status: 'ok', history: searchHistory(history, content) })],
    ['comm_info_request', () => ({ status: 'ok', comms: {} })],
  ]);

  return {
    interruptIfRequested,
    receive(channel, request) {
      const job: Job = { channel, request, aborted: false };
      const type = request.header.msg_type;
      const handler = handlers.get(type);
      if (type === 'execute_request') {
        queue.push(job);
        void drain();
      } else if (handler) void serve(job, ({ content }) => handler(content));
      else front.log(`ignored a message of unknown type ${type}`);
    },
  };
}

function isInterruptedBySigint(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}
