import type * as TypeScript from 'typescript-for-cells';
import type { Ts } from './names';

/** What the compiler says about a cell. */
export interface Diagnostic {
  /** Line and column of its start and end, from 1. */
  start: { line: number; column: number };
  end: { line: number; column: number };
  /** The file at fault, if it is not the cell. */
  file: string | undefined;
  message: string;
}

/** The codes of "Cannot find name" and "Cannot find name. Did you mean …?" */
const unknownName = new Set([2304, 2552]);

/** A diagnostic of the cell `file`, or of a file that it imports, with its chain of messages indented. */
export function toDiagnostic(
  ts: Ts,
  { file, start = 0, length = 0, messageText, code }: TypeScript.Diagnostic,
  cell: { file: string; code: string; columnsBefore: number; hint?: (name: string) => string | undefined },
): Diagnostic {
  const inCell = file === undefined || file.fileName === cell.file;
  // what was put behind the cell's code is reported at its end
  const last = inCell ? cell.code.trimEnd().length : Number.POSITIVE_INFINITY;
  const at = (position: number) => {
    if (!file) return { line: 1, column: 1 };
    const { line, character } = ts.getLineAndCharacterOfPosition(file, Math.min(position, last));
    const shift = inCell && line === 0 ? cell.columnsBefore : 0;
    return { line: line + 1, column: Math.max(1, character + 1 - shift) };
  };
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  const unknown = unknownName.has(code) ? /'([^']+)'/.exec(text)?.[1] : undefined;
  const hint = unknown === undefined ? undefined : cell.hint?.(unknown);
  return {
    start: at(start),
    end: at(start + length),
    file: inCell ? undefined : file.fileName,
    message: hint === undefined ? text : `${text}\n  ${hint}`,
  };
}
