import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';

/** The first of the commands that succeeds with these arguments. */
export async function firstThatRuns(commands: string[], args: string[]): Promise<string | undefined> {
  for (const command of commands) {
    try {
      await run(command, args);
      return command;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  return undefined;
}

/** Thrown if a command could not be started or failed. */
export class CommandError extends Error {}

/**
 * Runs a command and returns its trimmed stdout. Rejects with a CommandError that quotes the last lines of
 * stderr.
 */
export async function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; shell?: boolean; signal?: AbortSignal } = {},
): Promise<string> {
  try {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', ...options.env };
    const { stdout } = await promisify(execFile)(command, args, { ...options, env, maxBuffer: 1 << 26 });
    return stdout.trim();
  } catch (error) {
    const { code, signal, stderr, message } = error as Error & {
      code: unknown;
      signal: unknown;
      stderr?: string;
    };
    const lines = (stderr ?? '').split('\n').filter((line) => line.trim() !== '');
    const reason = lines.find((line) => /^\w*Error: /.test(line)) ?? lines.slice(-3).join(' | ');
    throw new CommandError(
      `${path.basename(command)}: ${reason || `failed with ${signal ?? code ?? message}`}`,
      {
        cause: error,
      },
    );
  }
}
