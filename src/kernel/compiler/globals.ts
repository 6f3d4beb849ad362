// Declarations of the global names that most cells use, on every platform: a fiftieth of @types/node, which is taken
// instead once a cell mentions anything else of Node's.

/** The text of a declaration file. */
export const commonGlobals = `
interface Console {
  log(...data: any[]): void; error(...data: any[]): void; warn(...data: any[]): void; info(...data: any[]): void;
  debug(...data: any[]): void; trace(...data: any[]): void; table(data?: any, columns?: readonly string[]): void;
  dir(item?: any, options?: any): void; group(...label: any[]): void; groupEnd(): void; count(label?: string): void;
  time(label?: string): void; timeEnd(label?: string): void; timeLog(label?: string, ...data: any[]): void;
  assert(condition?: unknown, ...data: any[]): void; clear(): void;
}
declare var console: Console;
interface AbortSignal {
  readonly aborted: boolean; readonly reason: any; throwIfAborted(): void; onabort: ((event: any) => any) | null;
  addEventListener(type: string, listener: (event: any) => any, options?: any): void;
  removeEventListener(type: string, listener: (event: any) => any, options?: any): void;
}
declare var AbortSignal: { prototype: AbortSignal; new (): AbortSignal; abort(reason?: any): AbortSignal;
  timeout(milliseconds: number): AbortSignal; any(signals: AbortSignal[]): AbortSignal };
interface AbortController { readonly signal: AbortSignal; abort(reason?: any): void }
declare var AbortController: { prototype: AbortController; new (): AbortController };
interface Performance { now(): number; readonly timeOrigin: number; mark(name: string): any;
  measure(name: string, start?: string, end?: string): any }
declare var performance: Performance;
declare function setTimeout(callback: (...args: any[]) => void, delay?: number, ...args: any[]): any;
declare function setInterval(callback: (...args: any[]) => void, delay?: number, ...args: any[]): any;
declare function clearTimeout(timeout: any): void;
declare function clearInterval(interval: any): void;
declare function queueMicrotask(callback: () => void): void;
declare function structuredClone<T>(value: T, options?: { transfer?: any[] }): T;
interface ImportMeta { readonly url: string; readonly dirname: string; readonly filename: string;
  resolve(specifier: string): string }
`;
