// The scripts of cells and of the TypeScript files they import, for stack traces.
import { sourceMapOf } from './engine';

/** A place in a cell or file, lines and columns from 1. */
export interface Place {
  /** The number in front of the cell; undefined for a file. */
  count: number | undefined;
  line: number;
  column: number;
}

interface Script {
  count: number | undefined;
  origin: ReturnType<typeof sourceMapOf>;
  linesBefore: number;
  /** The last line that the compiler made. */
  lastLine: number;
  /** Columns that were put before the cell's first line. */
  columnsBefore: number;
}

const scripts = new Map<string, Script>();
/** The code of cells by their number, the latest of each. */
const codes = new Map<number, string>();

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/** Remembers the script of a cell, whose JavaScript begins after `linesBefore` lines. */
export function addCellScript(
  name: string,
  script: {
    count: number;
    code: string;
    javaScript: string;
    map: string;
    linesBefore: number;
    columnsBefore: number;
  },
): void {
  const { count, code, javaScript, map, linesBefore, columnsBefore } = script;
  codes.set(count, code);
  const lastLine = linesBefore + javaScript.trimEnd().split('\n').length;
  scripts.set(name, { count, origin: sourceMapOf(map), linesBefore, lastLine, columnsBefore });
}

/** Remembers a file's JavaScript, which has its source map inline and begins in the second line of its script. */
export function addFileScript(file: string, javaScript: string): void {
  const map = INLINE_MAP.exec(javaScript)?.[1];
  if (map === undefined) return;
  const json = new TextDecoder().decode(Uint8Array.from(atob(map), (sign) => sign.charCodeAt(0)));
  scripts.set(file, {
    count: undefined,
    origin: sourceMapOf(json),
    linesBefore: 1,
    lastLine: Number.POSITIVE_INFINITY,
    columnsBefore: 0,
  });
}

/** A line of a cell's code, from 1. */
export function cellLine(count: number, line: number): string | undefined {
  return codes.get(count)?.split('\n')[line - 1];
}

/** Whether a stack frame's script is a cell's or an imported TypeScript file's. */
export function isKnownScript(name: string): boolean {
  return scripts.has(name);
}

/** Where a place in a script comes from, lines and columns from 1; undefined for what the compiler adds. */
export function originalPlace(name: string, line: number, column: number): Place | undefined {
  const script = scripts.get(name);
  if (!script || line <= script.linesBefore || line > script.lastLine) return undefined;
  const found = script.origin(line - 1 - script.linesBefore, column - 1);
  if (!found) return undefined;
  const shift = found.line === 0 ? script.columnsBefore : 0;
  return { count: script.count, line: found.line + 1, column: Math.max(1, found.column + 1 - shift) };
}
