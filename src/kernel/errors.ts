// How a failure reads in a notebook.
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, types } from 'node:util';
import type { Diagnostic } from './compiler/diagnostics';
import { isKnownScript, originalPlace } from './node/scripts';

/** The content of an `error` message. */
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

const INNARDS = ['node:', __dirname + sep];
const PLACE = /([^() ][^()]*):(\d+):(\d+)/;

/**
 * A frame as the user reads it: places in cells by the cell's number, files relative to the working directory;
 * undefined for what happens inside Node, tslab and this kernel.
 */
function formatFrame(frame: string): string | undefined {
  const [place, file = '', line, column] = PLACE.exec(frame.replace(/^async /, '')) ?? [];
  if (place === undefined) return frame;
  if (INNARDS.some((innards) => file.startsWith(innards))) return undefined;
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const shown = isAbsolute(path) ? relative(process.cwd(), path) : path;
  if (!isKnownScript(path)) return frame.replace(file, shown);
  const found = originalPlace(path, Number(line), Number(column));
  if (!found) return undefined;
  const where = found.count === undefined ? shown : `cell [${found.count}]`;
  return frame.replace(place, `${where}:${found.line}:${found.column}`);
}

/** `Name: message`, the first line of a stack. */
function headerOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error'; // one whose name or message cannot be read
  }
}

/** The stack of every error in this process, in place of V8's: `Error.prepareStackTrace`. */
export function formatStack(error: Error, frames: readonly NodeJS.CallSite[]): string {
  const lines = frames.map((frame) => formatFrame(String(frame))).filter((line) => line !== undefined);
  return [headerOf(error), ...lines].join('\n    at ');
}

/** Node puts the line at fault in front of the stack of an error that leaves a script. */
function removeSourceLine(error: unknown) {
  if (!types.isNativeError(error) || typeof error.stack !== 'string') return;
  if (!error.stack.startsWith(headerOf(error)))
    error.stack = error.stack.replace(/^.+:\d+\n.*\n[ \t^]*\n\n?/, '');
}

/** What `inspect` shows of a thrown value. */
export function formatError(error: unknown): string {
  removeSourceLine(error);
  return inspect(error).replace(/^\[(.*)\]$/, types.isNativeError(error) ? '$1' : '$&'); // in brackets: without frames
}

/** The error's name; a class that does not set one has its own. */
function errorName(error: Error): string {
  return error.name === 'Error' ? error.constructor.name : String(error.name);
}

/** A thrown value, which need not be an Error. */
export function describeError(error: unknown): ErrorContent {
  const text = formatError(error);
  const traceback = text.split('\n');
  if (types.isNativeError(error) || error instanceof Error)
    return { ename: errorName(error), evalue: String(error.message), traceback };
  return { ename: 'Thrown', evalue: text, traceback };
}

function headline({ file, start, message }: Diagnostic): string {
  return `${file === undefined ? '' : `${file}:`}${start.line}:${start.column} - ${message}`;
}

/** The line at fault with the place marked below it. */
function excerpt({ file, start, end }: Diagnostic, code: string): string[] {
  const source = file === undefined ? code.split('\n')[start.line - 1] : undefined;
  if (source === undefined) return [];
  const width = (end.line === start.line ? end.column : source.length + 1) - start.column;
  return [`    ${source}`, `    ${' '.repeat(start.column - 1)}${'~'.repeat(Math.max(1, width))}`];
}

/** What the compiler says about a cell's `code`. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], code: string): ErrorContent {
  return {
    ename: 'TypeScript error',
    evalue: diagnostics.slice(0, 1).map(headline).join(''),
    traceback: diagnostics.flatMap((found) => [...headline(found).split('\n'), ...excerpt(found, code)]),
  };
}
