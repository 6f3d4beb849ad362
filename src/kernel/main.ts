// The kernel process: `node main.js CONNECTION_FILE`, started by a front-end through its kernelspec.
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type Cell, cancelTimersWithTheirCell, currentCell, KeyboardInterrupt, runInCell } from './cells';
import { describeError, type ErrorContent, formatError } from './errors';
import { redirectOutput } from './output';
import type { Channel, FromSockets, SocketsData, ToSockets } from './sockets';
import { type Json, type Message, parseConnection } from './wire';

/** How long an interrupted cell may take to end by itself before it is given up. */
const INTERRUPT_GRACE_MS = 1000;
/** After a failure, cells that arrive within this time were sent before it. */
const ABORT_WINDOW_MS = 50;

type Reply = Json & { status: 'ok' | 'error' | 'aborted' };

const parentProcess = process.ppid;
const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
const realExit = process.exit.bind(process);
const realStderr = process.stderr;

function log(text: string) {
  realStderr.write(`fracmoment kernel: ${text}\n`);
}

function start(connectionFile: string) {
  const workerData: SocketsData = {
    connection: parseConnection(readFileSync(connectionFile, 'utf8')),
    interruptFlag,
    parentProcess,
  };
  const sockets = new Worker(`${__dirname}/sockets.js`, { workerData });
  sockets.on('error', (error) => {
    log(`the thread of the sockets failed: ${inspect(error)}`);
    realExit(1);
  });
  const post = (message: ToSockets) => sockets.postMessage(message);
  const publish = (type: string, parent: Message['header'], content: object) =>
    post({ kind: 'publish', type, parent, content: JSON.stringify(content) });

  cancelTimersWithTheirCell();
  redirectOutput({ publish, stream: (name, parent, text) => post({ kind: 'stream', name, parent, text }) });
  process.exit = (code) => {
    throw new Error(`process.exit(${code ?? ''}) would end the kernel; restart it from the notebook instead`);
  };

  const { createConverter, isCompleteCode } =
    require('tslab/dist/converter') as typeof import('tslab/dist/converter');
  const { createExecutor } = require('tslab/dist/executor') as typeof import('tslab/dist/executor');
  const { printQuickInfo } = require('tslab/dist/inspect') as typeof import('tslab/dist/inspect');

  let lastValue: unknown;
  const diagnostics: string[] = [];
  const converter = createConverter();
  const executor = createExecutor(
    process.cwd(),
    { node: converter, browser: converter, close: () => converter.close() },
    {
      log: (value) => {
        lastValue = value;
      },
      error: (first, ...rest) => {
        if (rest.length === 4) diagnostics.push(`${rest[0]}${rest[1]}:${rest[2]} - ${rest[3]}`);
        else running?.failures.push(first);
      },
    },
  );
  let running: Cell | undefined;
  let count = 0;

  function interrupt() {
    Atomics.store(interruptFlag, 0, 0);
    if (!running) return;
    running.controller.abort(new KeyboardInterrupt());
    setTimeout(() => executor.interrupt(), INTERRUPT_GRACE_MS);
  }
  process.on('SIGINT', interrupt);

  function fail(error: unknown) {
    const cell = currentCell();
    if (cell && error === cell.controller.signal.reason) return;
    if (cell && !cell.ended) cell.failures.push(error);
    else process.stderr.write(`${formatError(error)}\n`);
  }
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  async function execute(request: Message): Promise<Reply> {
    const { code, silent = false, store_history = !silent } = request.content as any;
    if (store_history) count++;
    const cell: Cell = {
      request: request.header,
      count,
      silent,
      controller: new AbortController(),
      failures: [],
      ended: false,
    };
    if (!silent) publish('execute_input', request.header, { code, execution_count: count });
    running = cell;
    diagnostics.length = 0;
    lastValue = undefined;
    const ok = await runInCell(cell, () => executor.execute(code));
    await new Promise((resolve) => setImmediate(resolve));
    cell.ended = true;
    running = undefined;
    let error: ErrorContent | undefined;
    if (diagnostics.length)
      error = { ename: 'TypeScriptError', evalue: diagnostics[0]!, traceback: [...diagnostics] };
    else if (cell.failures.length) error = describeError(cell.failures[0]);
    else if (!ok) error = describeError(new KeyboardInterrupt());
    if (!error) {
      if (lastValue !== undefined && !silent)
        publish('execute_result', request.header, {
          execution_count: count,
          data: { 'text/plain': inspect(lastValue) },
          metadata: {},
        });
      return { status: 'ok', execution_count: count, payload: [], user_expressions: {} };
    }
    if (!silent) publish('error', request.header, error);
    if (request.content['stop_on_error'] !== false) {
      await new Promise((resolve) => setTimeout(resolve, ABORT_WINDOW_MS));
      for (const job of queue) job.aborted = true;
    }
    return { status: 'error', execution_count: count, ...error };
  }

  const handlers: Record<string, (content: any) => Reply> = {
    is_complete_request: ({ code }) => {
      const { completed, indent } = isCompleteCode(code);
      return (completed ? { status: 'complete' } : { status: 'incomplete', indent }) as unknown as Reply;
    },
    complete_request: ({ code, cursor_pos }) => {
      const { candidates, start, end } = executor.complete(code, cursor_pos);
      return { status: 'ok', matches: candidates, cursor_start: start, cursor_end: end, metadata: {} };
    },
    inspect_request: ({ code, cursor_pos }) => {
      const info = executor.inspect(code, cursor_pos);
      return {
        status: 'ok',
        found: Boolean(info),
        data: info ? { 'text/plain': printQuickInfo(info) } : {},
        metadata: {},
      };
    },
    comm_info_request: () => ({ status: 'ok', comms: {} }),
    history_request: () => ({ status: 'ok', history: [] }),
  };

  async function serve(channel: Channel, request: Message, handle: () => Reply | Promise<Reply>) {
    publish('status', request.header, { execution_state: 'busy' });
    let reply: Reply;
    try {
      reply = await handle();
    } catch (error) {
      reply = { status: 'error', ...describeError(error) };
    }
    post({ kind: 'reply', channel, request, content: JSON.stringify(reply) });
    publish('status', request.header, { execution_state: 'idle' });
  }

  const queue: { channel: Channel; request: Message; aborted: boolean }[] = [];
  let draining = false;
  async function drain() {
    if (draining) return;
    draining = true;
    for (let job = queue.shift(); job; job = queue.shift()) {
      const { channel, request, aborted } = job;
      await serve(channel, request, () => (aborted ? { status: 'aborted' } : execute(request)));
    }
    draining = false;
  }

  sockets.on('message', (message: FromSockets) => {
    if (message.kind === 'closed') realExit(message.exitCode);
    else if (message.kind === 'interrupt') interrupt();
    else if (message.message.header.msg_type === 'execute_request') {
      queue.push({ channel: message.channel, request: message.message, aborted: false });
      void drain();
    } else {
      const { channel, message: request } = message;
      const handler = handlers[request.header.msg_type];
      if (handler) void serve(channel, request, () => handler(request.content));
      else log(`unknown message type ${request.header.msg_type}`);
    }
  });
}

try {
  start(process.argv[2]!);
} catch (error) {
  log((error as Error).message);
  realExit(1);
}
