// Child processes of cells: what they print appears in the cell, and an interrupt ends them.
import childProcess, { type ChildProcess, spawnSync as runSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { executingCell } from './cells';
import { type InterruptState, waitingForChild } from './interrupt';

/** Where `stdio` says so, a child shares this process's streams, which belong to the server's terminal. */
type Stdio = string | unknown[] | undefined;

const NAMES = ['stdin', 'stdout', 'stderr'] as const;

/** Whether a child's stream 1 or 2 is to be this process's. */
function isInherited(stdio: Stdio, index: 1 | 2): boolean {
  const entry: unknown = Array.isArray(stdio) ? stdio[index] : stdio;
  return entry === 'inherit' || entry === index || (entry !== undefined && entry === process[NAMES[index]]);
}

/** The same with pipes in place of this process's streams. */
function withPipes(stdio: Stdio): unknown[] {
  const all = Array.isArray(stdio) ? [...stdio] : [stdio, stdio, stdio];
  if (all[0] === 'inherit' || all[0] === 0) all[0] = 'ignore';
  for (const index of [1, 2] as const) if (isInherited(stdio, index)) all[index] = 'pipe';
  return all;
}

/**
 * Attaches the children that cells start from now on to their cells.
 * @param throwIfInterrupted throws if the executing cell was interrupted
 */
export function attachChildProcesses(state: InterruptState, throwIfInterrupted: () => void): void {
  attachAsynchronous();
  attachSynchronous((task) => {
    try {
      return waitingForChild(state, task);
    } finally {
      throwIfInterrupted();
    }
  });
  syncBuiltinESMExports();
}

function attachAsynchronous(): void {
  const prototype = childProcess.ChildProcess.prototype as ChildProcess & {
    spawn(options: { stdio?: Stdio }): unknown;
  };
  const { spawn } = prototype;
  prototype.spawn = function (this: ChildProcess, options) {
    const { stdio } = options;
    const inherited = ([1, 2] as const).filter((index) => isInherited(stdio, index));
    const result = spawn.call(this, inherited.length > 0 ? { ...options, stdio: withPipes(stdio) } : options);
    for (const index of inherited) {
      const name = NAMES[index] as 'stdout' | 'stderr';
      this[name]?.on('data', (chunk) => process[name].write(chunk));
      this[name] = null;
    }
    const cell = executingCell();
    if (cell) {
      cell.children.add(this);
      this.once('exit', () => cell.children.delete(this));
    }
    return result;
  };
}

function attachSynchronous(wait: <T>(task: () => T) => T): void {
  type Run = (...args: unknown[]) => unknown;
  type Output = { stdout?: Buffer | string | null; stderr?: Buffer | string | null };
  for (const name of ['spawnSync', 'execFileSync', 'execSync'] as const) {
    const original = childProcess[name] as Run;
    const attached: Run = (...args) => {
      const last = args.at(-1);
      const options = (typeof last === 'object' && last !== null && !Array.isArray(last) ? last : {}) as {
        stdio?: Stdio;
      };
      const inherited = ([1, 2] as const).filter((index) => isInherited(options.stdio, index));
      if (inherited.length === 0) return wait(() => original(...args));
      const show = (output: Output) => {
        for (const index of inherited) {
          const stream = NAMES[index] as 'stdout' | 'stderr';
          if (output[stream]) process[stream].write(output[stream]);
          output[stream] = null;
        }
      };
      const rest = last === options ? args.slice(0, -1) : args;
      const piped = { ...options, stdio: withPipes(options.stdio) };
      try {
        const result = wait(() => original(...rest, piped));
        if (name === 'spawnSync') show(result as Output);
        else show({ stdout: result as Buffer });
        return name === 'spawnSync' ? result : inherited.includes(1) ? null : result;
      } catch (error) {
        if (typeof error === 'object' && error !== null) show(error);
        throw error;
      }
    };
    Object.assign(childProcess, { [name]: attached });
  }
}

/** Signals the child process for which a process waits, the one it started last, and all that this one started. */
export function signalLatestChild(parent: number, signal: NodeJS.Signals): void {
  const latest = childrenOf(parent).at(-1);
  if (latest === undefined) return;
  for (const id of [latest, ...descendantsOf(latest)])
    try {
      process.kill(id, signal);
    } catch {
      // it has ended meanwhile
    }
}

function descendantsOf(id: number): number[] {
  return childrenOf(id).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The ids of a process's children, oldest first. */
function childrenOf(id: number): number[] {
  const ids = (text: string) => text.split(/\s+/).filter(Boolean).map(Number);
  if (process.platform !== 'linux')
    return ids(runSync('pgrep', ['-P', String(id)], { encoding: 'utf8' }).stdout ?? '');
  try {
    return ids(readFileSync(`/proc/${id}/task/${id}/children`, 'utf8'));
  } catch {
    return []; // it has ended
  }
}
