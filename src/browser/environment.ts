import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';

const root = path.resolve(__dirname, '..', '..');

/** The programs that the tests need. */
export interface Environment {
  /** A Python with JupyterLab, Notebook and Plotly. */
  python: string;
  chromium: string;
}

const succeeds = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** @throws Error that says what to install. */
function findPython(): string {
  const { FRACMOMENT_PYTHON } = process.env;
  const ofLab = path.join(root, '.venv', 'bin', 'python');
  const python = FRACMOMENT_PYTHON ?? (existsSync(ofLab) ? ofLab : 'python3');
  if (succeeds(python, '-c', 'import jupyterlab, notebook, plotly')) return python;
  throw new Error(
    'no Python with JupyterLab, Notebook and Plotly was found. Install requirements.txt into a virtual environment ' +
      "and set FRACMOMENT_PYTHON to its python, or call npm run lab, which makes the project's own.",
  );
}

/**
 * Finds Chromium or Chrome: that named by FRACMOMENT_CHROMIUM, else on the PATH.
 * @throws Error that says what to install.
 */
export function findChromium(): string {
  const { FRACMOMENT_CHROMIUM } = process.env;
  const names = FRACMOMENT_CHROMIUM
    ? [FRACMOMENT_CHROMIUM]
    : ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = names.flatMap((name) => folders.map((folder) => path.resolve(folder, name))).find(existsSync);
  if (found !== undefined) return found;
  throw new Error(
    'no Chromium was found. Install it (Debian: apt-get install chromium) or set FRACMOMENT_CHROMIUM to its program.',
  );
}

/**
 * Finds Chromium, and Python: that named by FRACMOMENT_PYTHON, else the environment of `npm run lab`, else `python3`.
 * @throws Error that says what to install.
 */
export function findEnvironment(): Environment {
  return { python: findPython(), chromium: findChromium() };
}
