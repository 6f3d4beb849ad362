import { spawn } from 'node:child_process';
import * as path from 'node:path';

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
 * Runs a command and returns its trimmed stdout. The command does not outlive this process: when this process ends,
 * even by kill -9, or the signal is aborted, it is killed with all that it has started. Rejects with a CommandError
 * that quotes the last lines of stderr.
 */
export async function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<string> {
  const child = spawn(process.execPath, [path.join(__dirname, 'watchdog.js'), command, ...args], {
    cwd: options.cwd,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', ...options.env },
    detached: process.platform !== 'win32', // a process group of its own
    windowsHide: true,
  });
  const stop = () => child.stdin.end();
  options.signal?.addEventListener('abort', stop);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const failure = await new Promise<string | number | null>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  options.signal?.removeEventListener('abort', stop);
  if (failure === 0) return stdout.trim();
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const reason = lines.find((line) => /^\w*Error: /.test(line)) ?? lines.slice(-3).join(' | ');
  throw new CommandError(`${path.basename(command)}: ${reason || `failed with ${failure}`}`);
}
