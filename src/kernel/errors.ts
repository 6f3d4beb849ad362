// How a failure reads in a notebook.
import { relative } from 'node:path';
import { inspect } from 'node:util';

/** The content of an `error` message. */
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

const KERNEL_FRAMES = /[\\/]tslab[\\/]dist[\\/]|\(?node:|[\\/]dist[\\/]kernel[\\/]/;

/** `inspect(error)` with the frames a user can act on: the cells' and modules', paths from the working directory. */
export function formatError(error: unknown): string {
  return inspect(error, { colors: false })
    .split('\n')
    .filter((line) => !(/^\s*at /.test(line) && KERNEL_FRAMES.test(line)))
    .map((line) =>
      /^\s*at /.test(line)
        ? line.replace(/(?<=\(| )(\/[^():]+|[A-Z]:\\[^():]+)(?=:\d+:\d+)/, (path) =>
            relative(process.cwd(), path),
          )
        : line,
    )
    .join('\n');
}

/** A thrown value, which need not be an Error. */
export function describeError(error: unknown): ErrorContent {
  const traceback = formatError(error).split('\n');
  if (error instanceof Error) return { ename: error.name, evalue: error.message, traceback };
  return { ename: 'thrown value', evalue: traceback.join('\n'), traceback };
}
