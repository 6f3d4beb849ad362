import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { sha256 } from './sha256';

/** A Python environment of the project's own. */
export interface PythonEnvironment {
  /** Its folder. */
  venv: string;
  /** The file of its requirements, every version pinned. */
  requirements: string;
  /** What it is for, such as JupyterLab. */
  what: string;
  /** How large it is, such as 320 MB. */
  size: string;
  /** What else to say where it cannot be made. */
  advice: string;
  /** Completes it after its requirements are installed. */
  complete?: () => void;
}

/** A program of the environment in a folder. */
export function programOf(venv: string, name: string): string {
  return path.join(venv, process.platform === 'win32' ? 'Scripts' : 'bin', name);
}

const works = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Runs a program, whose output is this process's. @throws Error if it fails */
function run(command: string, args: readonly string[]): void {
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? `exit code ${status}`}`);
}

/** Makes the environment with uv where it is installed, else with Python's own venv and pip. */
function make({ venv, requirements }: PythonEnvironment): void {
  if (works('uv', '--version')) {
    run('uv', ['venv', '--quiet', venv]);
    run('uv', ['pip', 'install', '--quiet', '--python', venv, '--requirement', requirements]);
    return;
  }
  const python = ['python3', 'python'].find((name) =>
    works(name, '-c', 'import sys; sys.exit(sys.version_info < (3, 10))'),
  );
  if (!python) throw new Error('neither uv nor a Python ≥ 3.10 was found');
  run(python, ['-m', 'venv', venv]);
  run(programOf(venv, 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
}

/**
 * Makes the environment, unless it is there and of the present requirements.
 * @throws Error that says what to do if it cannot be made; nothing of it is left then.
 */
export function ensurePythonEnvironment(environment: PythonEnvironment): void {
  const { venv, requirements, what, size, advice, complete } = environment;
  // written last: tells a complete environment, and from which requirements it was made
  const completed = path.join(venv, 'made-from-requirements.sha256');
  const wanted = sha256(readFileSync(requirements));
  if (existsSync(completed) && readFileSync(completed, 'utf8') === wanted) return;
  rmSync(venv, { recursive: true, force: true });
  process.stdout.write(`Making ${path.basename(venv)} with ${what} (once; about ${size}) …\n`);
  try {
    make(environment);
    complete?.();
    writeFileSync(completed, wanted);
  } catch (error) {
    rmSync(venv, { recursive: true, force: true });
    throw new Error(
      `${what} could not be installed: ${error instanceof Error ? error.message : String(error)}.\n` +
        'Nothing half-made was left. Install uv, or Python ≥ 3.10 with its venv module (Debian, Ubuntu: ' +
        `apt-get install python3-venv), and ${advice}`,
    );
  }
}
