// The kernel process: `node main.js CONNECTION_FILE`, started by a front-end through its kernelspec.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  type Cell,
  cancelTimersWithTheirCell,
  currentCell,
  isCancelled,
  KeyboardInterrupt,
  runInCell,
  throwIfCellInterrupted,
} from './cells';
import { createCompiler, type Outcome } from './compiler';
import { readBoolean, readString } from './content';
import { describeDiagnostics, describeError, type ErrorContent, formatError, formatStack } from './errors';
import { searchHistory } from './history';
import { createInterruptState, DELIVERED, INTERRUPT, NONE, REQUESTED } from './interruptState';
import { complete, inspectCode, isComplete } from './introspection';
import { forgetRebuiltModules } from './modules';
import { redirectOutput } from './output';
import type { Channel, FromSockets, SocketsData, ToSockets } from './sockets';
import { type Header, type Json, type Message, parseConnection } from './wire';

/** How long an interrupted cell may take to end by itself before it is given up. */
const INTERRUPT_GRACE_MS = 1000;
/** Cells that arrive within this time after a failure were sent before it was known. */
const ABORT_WINDOW_MS = 50;

/** The value of a cell as it is shown. */
interface Result {
  kind: 'result';
  text: string;
}

/** Enough for what is left when the kernel's own frames are taken out. */
const STACK_FRAMES = 50;

interface Job {
  channel: Channel;
  message: Message;
  /** True if a cell before it failed. */
  aborted: boolean;
}

const parentProcess = process.ppid;
const exit = process.exit.bind(process);
const { stderr } = process;

function log(text: string) {
  stderr.write(`fracmoment kernel: ${text}\n`);
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

function start(connectionFile: string) {
  const interruptState = createInterruptState();
  const connection = parseConnection(readFileSync(connectionFile, 'utf8'));
  const workerData: SocketsData = { connection, interruptState, parentProcess };
  const sockets = new Worker(join(__dirname, 'sockets.js'), { workerData });
  sockets.on('error', (error) => {
    log(`the thread of the sockets failed: ${inspect(error)}`);
    exit(1);
  });
  const post = (message: ToSockets) => sockets.postMessage(message);
  const publish = (type: string, parent: Header, content: object) =>
    post({ kind: 'publish', type, parent, content: JSON.stringify(content) });

  let running: Cell | undefined;
  let count = 0;
  const history: string[] = [];
  const queue: Job[] = [];

  function interrupt() {
    Atomics.store(interruptState, INTERRUPT, running ? DELIVERED : NONE);
    const cell = running;
    if (!cell) return;
    if (cell.controller.signal.aborted) compiler.giveUp();
    cell.controller.abort(new KeyboardInterrupt());
    setTimeout(() => {
      if (!cell.ended) compiler.giveUp();
    }, INTERRUPT_GRACE_MS);
  }

  /** What the loops and awaits of cells call: the request to interrupt may not have been read yet. */
  function throwIfInterrupted() {
    if (Atomics.load(interruptState, INTERRUPT) === REQUESTED) interrupt();
    throwIfCellInterrupted();
  }

  /** An exception or a rejection that nothing caught: it ends its cell, or is told there if that has ended. */
  function fail(error: unknown) {
    const cell = currentCell();
    if (!cell) log(formatError(error));
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
  const compiler = createCompiler({ interruptState, throwIfInterrupted });
  cancelTimersWithTheirCell();
  const outlet = {
    publish,
    stream: (name: 'stdout' | 'stderr', parent: Header, text: string) =>
      post({ kind: 'stream', name, parent, text }),
  };
  redirectOutput(outlet);
  process.exit = (code) => {
    throw new Error(`process.exit(${code ?? ''}) would end the kernel; use "Restart Kernel" for that`);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('SIGINT', interrupt);

  /** The one error of a failed cell; what else went wrong is told on its stderr. */
  function errorOf(cell: Cell, outcome: Outcome | Result, code: string): ErrorContent | undefined {
    if (outcome.kind === 'diagnostics') return describeDiagnostics(outcome.diagnostics, code);
    const errors = new Set(outcome.kind === 'thrown' ? [outcome.error, ...cell.failures] : cell.failures);
    const { reason } = cell.controller.signal;
    if (outcome.kind === 'givenUp' || (errors.size > 0 && reason instanceof KeyboardInterrupt))
      errors.add(reason);
    if (errors.size === 0) return undefined;
    const [first] = errors;
    const told = reason instanceof KeyboardInterrupt ? reason : first;
    errors.delete(told);
    runInCell(cell, () => {
      for (const error of errors) process.stderr.write(`${formatError(error)}\n`);
    });
    return describeError(told);
  }

  async function runCode(cell: Cell, code: string): Promise<Outcome | Result> {
    const outcome = await runInCell(cell, () => compiler.execute(code, cell.count));
    await nextTurn(); // a rejection that nothing awaits surfaces before
    if (outcome.kind === 'thrown' && isInterruption(outcome.error)) {
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

  async function execute({ header, content }: Message): Promise<Json> {
    const code = readString(content, 'code');
    const silent = readBoolean(content, 'silent', false);
    const storeHistory = readBoolean(content, 'store_history', true) && !silent;
    const stopOnError = readBoolean(content, 'stop_on_error', true);
    if (storeHistory) {
      count++;
      history.push(code);
    }
    const say = (type: string, message: object) => {
      if (!silent) publish(type, header, message);
    };
    const cell: Cell = {
      request: header,
      count,
      silent,
      controller: new AbortController(),
      failures: [],
      ended: false,
    };
    running = cell;
    say('execute_input', { code, execution_count: count });
    forgetRebuiltModules();
    const outcome = await runCode(cell, code);
    const error = errorOf(cell, outcome, code);
    cell.ended = true;
    running = undefined;
    // code of a cell that was given up may still run, and has to go on looking
    if (outcome.kind !== 'givenUp') Atomics.store(interruptState, INTERRUPT, NONE);
    const reply = { execution_count: count, user_expressions: {}, payload: [] };
    if (!error) {
      if (outcome.kind === 'result')
        say('execute_result', { execution_count: count, data: { 'text/plain': outcome.text }, metadata: {} });
      return { status: 'ok', ...reply };
    }
    say('error', error);
    if (stopOnError) {
      await new Promise((resolve) => setTimeout(resolve, ABORT_WINDOW_MS));
      for (const job of queue) job.aborted = true;
    }
    return { status: 'error', ...reply, ...error };
  }

  async function serve({ channel, message }: Job, handle: (message: Message) => Json | Promise<Json>) {
    publish('status', message.header, { execution_state: 'busy' });
    let reply: Json;
    try {
      reply = await handle(message);
    } catch (error) {
      reply = { status: 'error', ...describeError(error) };
    }
    post({ kind: 'reply', channel, request: message, content: JSON.stringify(reply) });
    publish('status', message.header, { execution_state: 'idle' });
  }

  // Cells run one after another; what else is asked is answered at once, also while a cell awaits something.
  let draining = false;
  async function drain() {
    if (draining) return;
    draining = true;
    for (let job = queue.shift(); job; job = queue.shift())
      await serve(job, job.aborted ? () => ({ status: 'aborted' }) : execute);
    draining = false;
  }
  const handlers = new Map<string, (message: Message) => Json>(
    Object.entries({
      is_complete_request: ({ content }: Message) => isComplete(compiler, content),
      complete_request: ({ content }: Message) => complete(compiler, content),
      inspect_request: ({ content }: Message) => inspectCode(compiler, content),
      comm_info_request: () => ({ status: 'ok', comms: {} }),
      history_request: ({ content }: Message) => ({ status: 'ok', history: searchHistory(history, content) }),
    }),
  );
  function receive(job: Job) {
    const type = job.message.header.msg_type;
    const handler = handlers.get(type);
    if (type === 'execute_request') {
      queue.push(job);
      void drain();
    } else if (handler) void serve(job, handler);
    else if (!type.startsWith('comm_')) log(`ignored a message of unknown type ${type}`);
  }
  sockets.on('message', (message: FromSockets) => {
    if (message.kind === 'request')
      receive({ channel: message.channel, message: message.message, aborted: false });
    else if (message.kind === 'closed') exit(message.exitCode);
    else if (Atomics.load(interruptState, INTERRUPT) === REQUESTED) interrupt();
  });
}

function isInterruption(error: unknown) {
  return (error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}

try {
  const [, , connectionFile] = process.argv;
  if (connectionFile === undefined) throw new Error('the path of a connection file is missing');
  start(connectionFile);
} catch (error) {
  log((error as Error).message);
  process.exitCode = 1;
}
