#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { ensurePythonEnvironment, programOf } from '../platform/pythonEnvironment';
import { runCommand } from './command';
import { defineCommand } from './description';
import { ensureTensorFlow } from './ensureTensorFlow';

const root = path.resolve(__dirname, '..', '..');
const notebooks = path.join(root, 'notebooks');

/**
 * Makes the environment in the folder `venv`, unless it is there and of the present requirements.
 * @throws Error that says what to do if it cannot be made; nothing of it is left then.
 */
export function ensureEnvironment(venv: string): void {
  ensurePythonEnvironment({
    venv,
    requirements: path.join(root, 'requirements.txt'),
    what: 'JupyterLab',
    size: '320 MB',
    advice: 'call npm run lab again. The notebooks also run without Python: npm run reproduce.',
    complete() {
      const settings = path.join(venv, 'share', 'jupyter', 'lab', 'settings');
      mkdirSync(settings, { recursive: true });
      // JupyterLab would otherwise ask at its first start whether to fetch news
      const overrides = { '@jupyterlab/apputils-extension:notification': { fetchNews: 'false' } };
      writeFileSync(path.join(settings, 'overrides.json'), JSON.stringify(overrides));
    },
  });
}

/** The arguments of jupyter lab: it opens the tour unless a file is named, and runs as root, as in containers. */
export function labArguments(args: readonly string[], isRoot: boolean): string[] {
  const isFile = (arg: string) => !arg.startsWith('-') && existsSync(path.resolve(notebooks, arg));
  return [
    ...(args.some(isFile) ? [] : ['tour.ipynb']),
    ...args,
    ...(isRoot && !args.includes('--allow-root') ? ['--allow-root'] : []),
  ];
}

function openLab(venv: string, args: readonly string[]): Promise<number> {
  const lab = spawn(programOf(venv, 'jupyter'), ['lab', ...args], {
    cwd: notebooks,
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
    "Opens JupyterLab on the tour, or on a notebook that is named, in a Python environment of the project's own (.venv), which is made at the " +
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
    return openLab(venv, labArguments(positionals, process.getuid?.() === 0));
  },
});

if (require.main === module) void runCommand(lab, process.argv.slice(2));
