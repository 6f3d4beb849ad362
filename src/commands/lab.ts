#!/usr/bin/env node
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { sha256 } from '../platform/sha256';
import { runCommand } from './command';
import { defineCommand } from './description';
import { ensureTensorFlow } from './ensureTensorFlow';

const root = path.resolve(__dirname, '..', '..');
const requirements = path.join(root, 'requirements.txt');

/** A program of the environment. */
function program(venv: string, name: string): string {
  return path.join(venv, process.platform === 'win32' ? 'Scripts' : 'bin', name);
}

const works = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

function run(command: string, args: string[]): void {
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit', cwd: root });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? `exit code ${status}`}`);
}

/** Makes the environment with uv where it is installed, else with Python's own venv and pip. */
function makeEnvironment(venv: string): void {
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
  run(program(venv, 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
}

/**
 * Makes the environment in the folder `venv`, unless it is there and of the present requirements.
 * @throws Error that says what to do if it cannot be made; nothing of it is left then.
 */
export function ensureEnvironment(venv: string): void {
  // written last: tells a complete environment, and from which requirements it was made
  const completed = path.join(venv, 'made-from-requirements.sha256');
  const wanted = sha256(readFileSync(requirements));
  if (existsSync(completed) && readFileSync(completed, 'utf8') === wanted) return;
  rmSync(venv, { recursive: true, force: true });
  process.stdout.write('Making .venv with JupyterLab (once; about 320 MB) …\n');
  try {
    makeEnvironment(venv);
    const settings = path.join(venv, 'share', 'jupyter', 'lab', 'settings');
    mkdirSync(settings, { recursive: true });
    // JupyterLab would otherwise ask at its first start whether to fetch news
    const overrides = { '@jupyterlab/apputils-extension:notification': { fetchNews: 'false' } };
    writeFileSync(path.join(settings, 'overrides.json'), JSON.stringify(overrides));
    writeFileSync(completed, wanted);
  } catch (error) {
    rmSync(venv, { recursive: true, force: true });
    throw new Error(
      `JupyterLab could not be installed: ${error instanceof Error ? error.message : String(error)}.\n` +
        'Nothing half-made was left. Install uv, or Python ≥ 3.10 with its venv module (Debian, Ubuntu: ' +
        'apt-get install python3-venv), and call npm run lab again. The notebooks also run without Python: npm run reproduce.',
    );
  }
}

function openLab(venv: string, args: readonly string[]): Promise<number> {
  const lab = spawn(program(venv, 'jupyter'), ['lab', ...args], {
    cwd: path.join(root, 'notebooks'),
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    lab.on('error', reject);
    lab.on('exit', (code) => resolve(code ?? 1));
  });
}

/** `npm run lab`. */
export const lab = defineCommand({
  name: 'npm run lab --',
  about:
    "Opens JupyterLab on the notebooks, in a Python environment of the project's own (.venv), which is made at the " +
    'first call. All arguments but --help go to jupyter lab, such as --no-browser --port 8890.',
  flags: {},
  passesTo: 'jupyter lab',
  async run({ positionals }) {
    await ensureTensorFlow();
    // Ctrl-C reaches the whole process group: what this command runs ends, then so does it
    process.on('SIGINT', () => undefined);
    const venv = path.join(root, '.venv');
    ensureEnvironment(venv);
    const { installKernel } = await import('../kernel/install.js');
    installKernel({ prefix: venv });
    return openLab(venv, positionals);
  },
});

if (require.main === module) void runCommand(lab, process.argv.slice(2));
