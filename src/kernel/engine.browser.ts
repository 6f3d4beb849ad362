import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { inspect as nodeInspect } from 'node-inspect-extracted';
import { writeStream } from './browser/output';
import { runGlobally } from './browser/scope';
import type * as node from './engine';

/* What the kernel asks of the program that runs it, here of a Web Worker: see engine.ts. */

export const inspect: typeof node.inspect = (value) => nodeInspect(value);

export const isNativeError: typeof node.isNativeError = (value): value is Error =>
  Object.prototype.toString.call(value) === '[object Error]' || value instanceof Error;

/** Other globals are the browser's. */
const ofLanguage =
  /^(?:Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$|^(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array$|^(?:Array|ArrayBuffer|Atomics|BigInt|Boolean|DataView|Date|FinalizationRegistry|Function|Infinity|Intl|Iterator|JSON|Map|Math|NaN|Number|Object|Promise|Proxy|Reflect|RegExp|Set|SharedArrayBuffer|String|Symbol|WeakMap|WeakRef|WeakSet|decodeURI|decodeURIComponent|encodeURI|encodeURIComponent|escape|eval|globalThis|isFinite|isNaN|parseFloat|parseInt|undefined|unescape)$/;

export const languageNames: readonly string[] = Object.getOwnPropertyNames(globalThis).filter((name) =>
  ofLanguage.test(name),
);

// biome-ignore lint/security/noGlobalEval: it runs what the user writes, which is what a notebook is for
const evaluate = globalThis.eval;

export const runScript: typeof node.runScript = (code, filename) => {
  // what eval declares ends with it: a script of its own is needed
  if (code.startsWith('let ')) return runGlobally(code);
  return evaluate(filename === undefined ? code : `${code}\n//# sourceURL=${filename}`);
};

export const writeMessage: typeof node.writeMessage = (text) => writeStream('stderr', text);

export const sourceMapOf: typeof node.sourceMapOf = (json) => {
  const map = new TraceMap(json);
  return (line, column) => {
    const found = originalPositionFor(map, { line: line + 1, column });
    return found.line === null ? undefined : { line: found.line - 1, column: found.column };
  };
};

/** Every file but a cell's is the kernel's or a module's, and made by a bundler: its places say nothing. */
export const isInnards: typeof node.isInnards = (file) => /^(?:https?|blob):/.test(file);

export const isOwn: typeof node.isOwn = isInnards;

export const pathOf: typeof node.pathOf = (file) => ({ path: file, shown: file });
