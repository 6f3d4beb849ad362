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

/** A diagnostic of the cell `file`, or of a file that it imports, with its chain of messages indented. */
export function toDiagnostic(
  ts: Ts,
  { file, start = 0, length = 0, messageText }: TypeScript.Diagnostic,
  cell: { file: string; code: string; columnsBefore: number },
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
  return {
    start: at(start),
    end: at(start + length),
    file: inCell ? undefined : file.fileName,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  };
}
