import { SourceMap, type SourceMapPayload } from 'node:module';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { types, inspect as utilInspect } from 'node:util';
import { runInNewContext, runInThisContext } from 'node:vm';
import { fracmomentFolder } from './node/library';

/*
 * What the kernel asks of the program that runs it, here of Node. The browser build puts engine.browser.ts, which exports the
 * same, in its place.
 */

/** A value as text. */
export const inspect: (value: unknown) => string = utilInspect;

/** Whether a value is an error of any realm. */
export const isNativeError = types.isNativeError as (value: unknown) => value is Error;

/** The names of the language's own global values; V8 counts `console` among them, which is Node's. */
export const languageNames: readonly string[] = (
  runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]
).filter((name) => name !== 'console');

/** Runs a script, whose declarations outlive it; stack traces call it by `filename`. */
export function runScript(code: string, filename?: string): unknown {
  return runInThisContext(code, filename === undefined ? {} : { filename });
}

/** Writes a message of the kernel to the stderr of the running cell. */
export function writeMessage(text: string): void {
  process.stderr.write(text);
}

/** A place in a source, lines and columns from 0. */
export interface SourcePlace {
  line: number;
  column: number;
}

/** The function that tells where a place in a script comes from, both counted from 0. */
export function sourceMapOf(json: string): (line: number, column: number) => SourcePlace | undefined {
  const map = new SourceMap(JSON.parse(json) as SourceMapPayload);
  return (line, column) => {
    const entry = map.findEntry(line, column);
    return 'originalLine' in entry ? { line: entry.originalLine, column: entry.originalColumn } : undefined;
  };
}

/** The files of this package and of the library. */
const FOLDERS = [resolve(__dirname, '..'), fracmomentFolder];

/** Whether a file of a stack is Node's or the kernel's. */
export function isInnards(file: string): boolean {
  return file.startsWith('node:') || file.startsWith(__dirname + sep);
}

/** Whether a file of a stack is of this package or of the library: its frames say nothing to a cell that called it. */
export function isOwn(file: string): boolean {
  return FOLDERS.some((folder) => file.startsWith(folder + sep) && !file.startsWith(join(folder, 'test-')));
}

/** The path of a file of a stack, by which scripts are known, and what is shown for it. */
export function pathOf(file: string): { path: string; shown: string } {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return { path, shown: isAbsolute(path) ? relative(process.cwd(), path) : path };
}
