// How a failure reads in a notebook.
import type { Diagnostic } from './compiler/diagnostics';
import { isInnards, isNativeError, isOwn, pathOf } from './engine';
import { inspect } from './intrinsics';
import { cellLine, isKnownScript, originalPlace } from './scripts';

/** The content of an `error` message. */
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

const PLACE = /([^() ][^()]*):(\d+):(\d+)/;

/**
 * A frame as the user reads it: places in cells by the cell's number, files relative to the working directory;
 * undefined for what happens inside Node and this kernel.
 */
function formatFrame(frame: string): string | undefined {
  const [place, file = '', line, column] = PLACE.exec(frame.replace(/^async /, '')) ?? [];
  if (place === undefined) return frame;
  if (isInnards(file)) return undefined;
  const { path, shown } = pathOf(file);
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
export function formatStack(error: Error, frames: readonly unknown[]): string {
  try {
    const texts = frames.map(String);
    const fromCell = texts.some((text) => text.includes('fracmoment-cell-'));
    const isShown = (text: string) => !(fromCell && isOwn(PLACE.exec(text)?.[1] ?? ''));
    const lines = texts
      .filter(isShown)
      .map(formatFrame)
      .filter((line) => line !== undefined);
    return [headerOf(error), ...lines].join('\n    at ');
  } catch {
    return headerOf(error); // a cell has broken what this relies on
  }
}

/** Node puts the line at fault in front of the stack of an error that leaves a script. */
function removeSourceLine(error: unknown) {
  if (!isNativeError(error) || typeof error.stack !== 'string') return;
  if (!error.stack.startsWith(headerOf(error)))
    error.stack = error.stack.replace(/^.+:\d+\n.*\n[ \t^]*\n\n?/, '');
}

/** What `inspect` shows of a thrown value. */
export function formatError(error: unknown): string {
  try {
    removeSourceLine(error);
    return inspect(error).replace(/^\[(.*)\]$/, isNativeError(error) ? '$1' : '$&'); // in brackets: without frames
  } catch {
    return UNSHOWABLE;
  }
}

/** The error's name; a class that does not set one has its own. */
function errorName(error: Error): string {
  return error.name === 'Error' ? error.constructor.name : String(error.name);
}

/** The lines of a stack with the cell's own line, where the error comes from, before its frames. */
function withCellLine(stack: string[]): string[] {
  const first = stack.findIndex((line) => /^ {4}at /.test(line));
  const [, count, line, column] =
    stack.map((text) => /cell \[(\d+)\]:(\d+):(\d+)/.exec(text)).find(Boolean) ?? [];
  const source = cellLine(Number(count), Number(line));
  if (first < 0 || source === undefined) return stack;
  const excerpt = [
    `cell [${count}], line ${line}:`,
    `    ${source}`,
    `    ${blankBefore(source, Number(column))}^`,
  ];
  return [...stack.slice(0, first), ...excerpt, ...stack.slice(first)];
}

/** As wide as what precedes a column: tabs stay, signs of double width take two spaces. */
function blankBefore(source: string, column: number): string {
  return [...source.slice(0, column - 1)]
    .map((sign) => (sign === '\t' ? sign : wide.test(sign) ? '  ' : ' '))
    .join('');
}

const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/u;

const UNSHOWABLE = 'a value that cannot be shown was thrown';

/** A thrown value, which need not be an Error. Never throws, whatever cells have changed. */
export function describeError(error: unknown): ErrorContent {
  try {
    const text = formatError(error);
    const traceback = withCellLine(text.split('\n'));
    return isError(error)
      ? { ename: errorName(error), evalue: String(error.message), traceback }
      : { ename: 'Thrown', evalue: text, traceback };
  } catch {
    return { ename: 'Thrown', evalue: UNSHOWABLE, traceback: [UNSHOWABLE] };
  }
}

const isError = (error: unknown): error is Error => isNativeError(error) || error instanceof Error;

function headline({ file, start, message }: Diagnostic): string {
  return `${file === undefined ? '' : `${file}:`}${start.line}:${start.column} - ${message}`;
}

/** The line at fault with the place marked below it. */
function excerpt({ file, start, end }: Diagnostic, code: string): string[] {
  const source = file === undefined ? code.split('\n')[start.line - 1] : undefined;
  if (source === undefined) return [];
  const width = (end.line === start.line ? end.column : source.length + 1) - start.column;
  return [`    ${source}`, `    ${blankBefore(source, start.column)}${'~'.repeat(Math.max(1, width))}`];
}

/** What the compiler says about a cell's `code`. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], code: string): ErrorContent {
  return {
    ename: 'TypeScript error',
    evalue: diagnostics.slice(0, 1).map(headline).join(''),
    traceback: diagnostics.flatMap((found) => [...headline(found).split('\n'), ...excerpt(found, code)]),
  };
}
