// A kernel as JupyterLite sees it. It holds the queue of cells; its worker, which runs them one at a time, can be replaced.
import { DISPLAY_NAME, LANGUAGE_INFO } from '../../language';
import type { FromWorker, RequestType, ToWorker } from '../scope';
import type { KernelOptions, LiteKernel, RequestMessage } from './jupyter';
import { baseAddress, Signal } from './shared';
import { type KernelWorker, startWorker, takeFirstWorker } from './workers';

/** How long an interrupted cell may take until its worker has heard of it, and until it has ended. */
const DEAF_MS = 1000;
const STUCK_MS = 3000;

/** As many cells may still write output, such as by timers, after they have ended. */
const REMEMBERED = 1000;

/** A further worker, in place of one that was ended. */
const startAnew = (): KernelWorker => startWorker(`${baseAddress}kernel/worker.js`);

interface Asked {
  readonly id: number;
  readonly message: RequestMessage;
}

export class BrowserKernel implements LiteKernel {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly ready = Promise.resolve();
  readonly disposed = new Signal(this);
  isDisposed: boolean = false;
  readonly #send: KernelOptions['sendMessage'];
  /** Undefined after one has failed, until there is something to do. */
  #worker: KernelWorker | undefined;
  /** Requests that the worker has not answered, by their number. */
  readonly #asked = new Map<number, RequestMessage>();
  /** What cells came with, for their output. */
  readonly #cells = new Map<number, RequestMessage>();
  #running: Asked | undefined;
  readonly #waiting: RequestMessage[] = [];
  #requests = 0;
  #count = 0;
  #messages = 0;
  /** Ends the worker unless the interrupted cell ends. */
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor({ id, name, location, sendMessage }: KernelOptions) {
    this.id = id;
    this.name = name;
    this.location = location;
    this.#send = sendMessage;
    this.#begin(takeFirstWorker());
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    clearTimeout(this.#deadline);
    this.#worker?.port.terminate();
    this.disposed.emit(undefined);
  }

  /** Resolves at once: cells wait here, so that completion need not wait for them in JupyterLite. */
  async handleMessage(message: RequestMessage): Promise<void> {
    const type = message.header.msg_type;
    if (type === 'execute_request') {
      this.#waiting.push(message);
      this.#next();
      return;
    }
    this.#status(message, 'busy');
    const { comm_id } = message.content;
    if (type === 'complete_request' || type === 'inspect_request' || type === 'is_complete_request')
      return void this.#ask(type, message);
    if (type === 'kernel_info_request') this.#reply(message, kernelInfo);
    else if (type === 'history_request') this.#reply(message, { status: 'ok', history: [] });
    else if (type === 'comm_info_request') this.#reply(message, { status: 'ok', comms: {} });
    else if (type === 'comm_open') this.#publish(message, 'comm_close', { comm_id, data: {} }); // there are none
    this.#status(message, 'idle');
  }

  /** Interrupts the running cell, which keeps the variables; of a worker that does not hear of it they are lost. */
  interrupt(): void {
    if (!this.#running || !this.#worker) return;
    const { port, interrupts } = this.#worker;
    if (interrupts) Atomics.add(interrupts, 0, 1);
    port.postMessage({ kind: 'interrupt' } satisfies ToWorker);
    this.#endUnlessEnded(DEAF_MS);
  }

  #endUnlessEnded(milliseconds: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(
      () =>
        this.#replaceWorker({
          ename: 'KeyboardInterrupt',
          evalue: 'the cell did not stop, so the kernel was started anew: all variables are lost',
        }),
      milliseconds,
    );
  }

  #begin(worker = startAnew()): KernelWorker {
    const { port } = worker;
    port.onmessage = ({ data }) => this.#receive(data as FromWorker);
    port.onerror = ({ message = 'its program could not be loaded' }) => {
      if (!this.isDisposed)
        this.#replaceWorker({ ename: 'Error', evalue: `the kernel failed and is started anew: ${message}` });
    };
    this.#worker = worker;
    return worker;
  }

  /** Ends the worker: what it was asked fails with this error, and no cell that waits is run. */
  #replaceWorker({ ename, evalue }: { ename: string; evalue: string }): void {
    clearTimeout(this.#deadline);
    const running = this.#running;
    const asked = [...this.#asked];
    this.#worker?.port.terminate();
    this.#worker = undefined;
    this.#asked.clear();
    this.#running = undefined;
    const waiting = this.#waiting.splice(0);
    const error = { ename, evalue, traceback: [`${ename}: ${evalue}`] };
    for (const [id, message] of asked) {
      if (id === running?.id) this.#publish(message, 'error', error);
      this.#reply(message, { status: 'error', execution_count: this.#count, ...error });
      this.#status(message, 'idle');
    }
    for (const message of waiting) this.#abort(message);
    if (running) this.#begin(); // its compiler takes a second to start
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'heard') {
      if (this.#running) this.#endUnlessEnded(STUCK_MS);
      return;
    }
    if (message.kind === 'output') {
      const cell = this.#cells.get(message.id);
      if (cell) this.#publish(cell, message.type, message.content);
      return;
    }
    const request = this.#asked.get(message.id);
    if (!request) return;
    this.#asked.delete(message.id);
    this.#reply(request, message.content);
    this.#status(request, 'idle');
    if (this.#running?.id !== message.id) return;
    clearTimeout(this.#deadline);
    this.#running = undefined;
    if (message.stops) for (const waiting of this.#waiting.splice(0)) this.#abort(waiting);
    this.#next();
  }

  #abort(message: RequestMessage): void {
    this.#status(message, 'busy');
    this.#reply(message, { status: 'aborted' });
    this.#status(message, 'idle');
  }

  #next(): void {
    if (this.#running) return;
    const message = this.#waiting.shift();
    if (!message) return;
    const { code, silent, store_history = !silent } = message.content;
    this.#status(message, 'busy');
    if (store_history) this.#count++;
    if (!silent) this.#publish(message, 'execute_input', { code, execution_count: this.#count });
    this.#running = { id: this.#ask('execute_request', message), message };
  }

  #ask(type: RequestType, message: RequestMessage): number {
    const id = ++this.#requests;
    this.#asked.set(id, message);
    if (type === 'execute_request') {
      this.#cells.set(id, message);
      const [oldest] = this.#cells.keys();
      if (this.#cells.size > REMEMBERED) this.#cells.delete(oldest!);
    }
    const request: ToWorker = { kind: 'request', id, type, content: message.content, count: this.#count };
    (this.#worker ?? this.#begin()).port.postMessage(request);
    return id;
  }

  #status(parent: RequestMessage, execution_state: 'busy' | 'idle'): void {
    this.#publish(parent, 'status', { execution_state });
  }

  #reply(parent: RequestMessage, content: object): void {
    this.#message(parent, 'shell', parent.header.msg_type.replace(/request$/, 'reply'), content);
  }

  #publish(parent: RequestMessage, type: string, content: object): void {
    this.#message(parent, 'iopub', type, content);
  }

  #message({ header }: RequestMessage, channel: 'shell' | 'iopub', msg_type: string, content: object): void {
    const { session } = header;
    this.#send({
      channel,
      header: {
        msg_id: `${this.id}-${++this.#messages}`,
        msg_type,
        session,
        username: '',
        date: new Date().toISOString(),
        version: '5.3',
      },
      parent_header: header,
      metadata: {},
      content,
      buffers: [],
    });
  }
}

const kernelInfo = {
  status: 'ok',
  implementation: 'fracmoment',
  implementation_version: '1',
  protocol_version: '5.3',
  language_info: LANGUAGE_INFO,
  banner: `${DISPLAY_NAME} in a browser`,
  help_links: [],
};
