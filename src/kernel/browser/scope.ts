import type { JsonRecord } from '../wire';

/*
 * The part of a Web Worker's globals that the kernel uses, and what it says to the page.
 */

interface Request {
  open(method: string, address: string, isAsync: boolean): void;
  responseType: string;
  send(): void;
  readonly status: number;
  readonly response: unknown;
}

interface WorkerScope {
  postMessage(message: FromWorker): void;
  importScripts(address: string): void;
  addEventListener(type: 'message', listener: (event: { data: ToWorker }) => void): void;
  addEventListener(type: 'error', listener: (event: UncaughtError) => void): void;
  addEventListener(type: 'unhandledrejection', listener: (event: UnhandledRejection) => void): void;
  readonly XMLHttpRequest: new () => Request;
  readonly location: { readonly href: string };
}

export interface UncaughtError {
  readonly error: unknown;
  readonly message: string;
  preventDefault(): void;
}

export interface UnhandledRejection {
  readonly reason: unknown;
  readonly promise: Promise<unknown>;
  preventDefault(): void;
}

/** What the page asks of the worker. The first message shares a word of memory if it can. */
export type ToWorker =
  | { kind: 'start'; interrupts: SharedArrayBuffer | undefined }
  | { kind: 'request'; id: number; type: RequestType; content: JsonRecord; count: number }
  | { kind: 'interrupt' };

export type RequestType = 'execute_request' | 'complete_request' | 'inspect_request' | 'is_complete_request';

/** What the worker says to the page: of output, `id` is the request that caused it. */
export type FromWorker =
  | { kind: 'output'; id: number; type: OutputType; content: object }
  | { kind: 'reply'; id: number; content: JsonRecord; stops: boolean }
  | { kind: 'heard' };

export type OutputType =
  | 'stream'
  | 'display_data'
  | 'update_display_data'
  | 'execute_result'
  | 'error'
  | 'clear_output';

export const scope = globalThis as unknown as WorkerScope;
/** Taken before a cell may replace it. */
const { postMessage, importScripts, XMLHttpRequest } = scope;

/** The address of the site, in whose folder `kernel` the program of the worker lies. */
export const siteAddress = (): string => new URL('../', scope.location.href).href;

export function post(message: FromWorker): void {
  postMessage.call(scope, message);
}

/** Runs a script whose declarations outlive it, before this returns. */
export function runGlobally(code: string): void {
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  try {
    importScripts.call(scope, address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The content of a file of the site, by a request that waits; undefined if there is none. */
export function fetchSync(address: string, type: 'text'): string | undefined;
export function fetchSync(address: string, type: 'arraybuffer'): ArrayBuffer | undefined;
export function fetchSync(address: string, type: 'text' | 'arraybuffer'): unknown {
  const request = new XMLHttpRequest();
  request.open('GET', address, false);
  request.responseType = type;
  request.send();
  return request.status === 200 ? request.response : undefined;
}
