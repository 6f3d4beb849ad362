/** A wrong command line. */
export class UsageError extends Error {}

/**
 * Runs a command and has the process end with the exit code it returns. An error is told on stderr by its message;
 * the exit code is then 2 with the usage shown for a wrong command line, else 1.
 */
export function runCommand(usage: string, command: () => Promise<number>): void {
  command().then(
    (code) => {
      process.exitCode = code;
    },
    (error: NodeJS.ErrnoException) => {
      const isUsage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') === true;
      process.stderr.write(`fracmoment: ${error.message}\n${isUsage ? `\n${usage}` : ''}`);
      process.exitCode = isUsage ? 2 : 1;
    },
  );
}

/** @throws UsageError if the text is no positive number of seconds. */
export function parseTimeout(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new UsageError(`--timeout must be a number of seconds > 0; got ${text}`);
  return seconds;
}
