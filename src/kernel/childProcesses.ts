// Child processes of cells: what they print appears in the cell, and an interrupt ends them.
import childProcess, { type ChildProcess, spawnSync as runSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { executingCell } from './cells';
import { type InterruptState, waitingForChild } from './interrupt';

/** Where `stdio` says so, a child shares this process's streams, which belong to the server's terminal. */
type Stdio = string | unknown[] | undefined;

const NAMES = { 1: 'stdout', 2: 'stderr' } as const;

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
      const name = NAMES[index];
      this[name]?.on('data', (chunk) => process[name].write(chunk));
      this[name] = null;
    }
    const cell = executingCell();
    if (cell) {
      const { pid } = this;
      const child = { interrupt: () => pid !== undefined && signalTree(pid, 'SIGINT') };
      cell.children.add(child);
      this.once('exit', () => cell.children.delete(child));
    }
    return result;
  };
}

function attachSynchronous(wait: <T>(task: () => T) => T): void {
  type Run = (...args: unknown[]) => unknown;
  const attach = (
    name: 'spawnSync' | 'execFileSync' | 'execSync',
    run: (stdio: Stdio, original: (stdio: Stdio) => unknown) => unknown,
  ) => {
    const original = childProcess[name] as Run;
    const attached: Run = (...args) => {
      const last = args.at(-1);
      const hasOptions = typeof last === 'object' && last !== null && !Array.isArray(last);
      const options = (hasOptions ? last : {}) as { stdio?: Stdio };
      const rest = hasOptions ? args.slice(0, -1) : args;
      const shares = isInherited(options.stdio, 1) || isInherited(options.stdio, 2);
      if (!shares) return wait(() => original(...args));
      return run(options.stdio, (stdio) => wait(() => original(...rest, { ...options, stdio })));
    };
    Object.assign(childProcess, { [name]: attached });
  };

  attach('spawnSync', (stdio, run) => {
    const result = run(withPipes(stdio)) as Record<'stdout' | 'stderr', Buffer | string | null>;
    for (const index of [1, 2] as const) {
      const stream = NAMES[index];
      if (!isInherited(stdio, index) || result[stream] === null) continue;
      process[stream].write(result[stream]);
      result[stream] = null;
    }
    return result;
  });
  for (const name of ['execFileSync', 'execSync'] as const)
    attach(name, (stdio, run) => {
      // where nothing is said, Node itself writes what the child wrote to stderr
      const output = run(isInherited(stdio, 2) ? undefined : withPipes(stdio)) as Buffer | string;
      if (!isInherited(stdio, 1)) return Array.isArray(stdio) && stdio[1] === 'ignore' ? null : output;
      process.stdout.write(output);
      return null;
    });
}

/** Signals the child process for which a process waits, the one it started last, and all that this one started. */
export function signalLatestChild(parent: number, signal: NodeJS.Signals): void {
  const latest = childrenOf(parent).at(-1);
  if (latest !== undefined) signalTree(latest, signal);
}

/** Signals a process and all that it started. */
function signalTree(root: number, signal: NodeJS.Signals): void {
  for (const id of [root, ...descendantsOf(root)])
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
