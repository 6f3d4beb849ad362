import type { WorkerHandlers, WorkerPort, WorkerThread } from './runtime';

/*
 * What the library asks of the program that runs it, here of a browser: see runtime.ts. Its Web Workers run one program, which
 * the browser build puts into webWorkers.ts; the name of a worker tells which module of it is meant.
 */

/** The part of the browser's globals that is used. */
interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(type: 'message' | 'messageerror' | 'error', listener: (event: WorkerEvent) => void): void;
}
interface WorkerEvent {
  readonly data?: unknown;
  readonly message?: string;
}
const browser = globalThis as unknown as {
  readonly Worker: new (address: string, options: { name: string }) => WebWorker;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly console: Record<'info' | 'warn', (text: string) => void>;
  postMessage(message: unknown): void;
  addEventListener: WebWorker['addEventListener'];
};

export function processors(): number {
  return browser.navigator?.hardwareConcurrency ?? 1;
}

export function nextTurn(): Promise<void> {
  // a message to oneself: nested timers would wait 4 ms
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    (port1 as unknown as { onmessage: () => void }).onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

let address: string | undefined;

export async function workerStarter(
  module: string,
): Promise<(data: unknown, handlers: WorkerHandlers) => WorkerThread> {
  const { program } = await import('./webWorkers.js');
  // from the page itself: a worker may not come from another host, where a page may have this library from
  address ??= URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
  return (data, { onMessage, onFailure }) => {
    const worker = new browser.Worker(address!, { name: module });
    let ended = false;
    const fail = (message: string) => {
      if (!ended) onFailure(new Error(message));
    };
    worker.addEventListener('message', ({ data: message }) => {
      if (!ended) onMessage(message);
    });
    worker.addEventListener('messageerror', () => fail('a message of a Web Worker could not be read'));
    worker.addEventListener('error', ({ message }) =>
      fail(
        message ||
          "a Web Worker could not be started; the page's Content-Security-Policy must allow worker-src blob:",
      ),
    );
    worker.postMessage(data);
    return {
      post: (message) => worker.postMessage(message),
      async terminate() {
        ended = true;
        worker.terminate();
      },
    };
  };
}

export function workerPort(): Promise<WorkerPort> {
  return new Promise((resolve) => {
    let receive: ((message: unknown) => void) | undefined;
    browser.addEventListener('message', ({ data }) => {
      if (receive) receive(data);
      else
        resolve({
          data,
          post: (message) => browser.postMessage(message),
          onMessage(listener) {
            receive = listener;
          },
        });
    });
  });
}

export function print(text: string): void {
  browser.console.info(text);
}

export function messages(): { write(text: string): void; columns: number | undefined } {
  return { write: (text) => browser.console.info(text.trimEnd()), columns: undefined };
}

export function warn(message: string): void {
  browser.console.warn(message);
}

export function loadedModule(): unknown {
  return undefined;
}

export function companionAdvice(): string | undefined {
  return undefined;
}

export function notebookModule(): unknown {
  return undefined;
}
