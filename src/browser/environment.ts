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

function findPython(): string | undefined {
  const { FRACMOMENT_PYTHON } = process.env;
  const ofLab = path.join(root, '.venv', 'bin', 'python');
  const python = FRACMOMENT_PYTHON ?? (existsSync(ofLab) ? ofLab : 'python3');
  return succeeds(python, '-c', 'import jupyterlab, notebook, plotly') ? python : undefined;
}

function findChromium(): string | undefined {
  const { FRACMOMENT_CHROMIUM } = process.env;
  const names = FRACMOMENT_CHROMIUM
    ? [FRACMOMENT_CHROMIUM]
    : ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.resolve(folder, name))).find(existsSync);
}

/**
 * Finds Python and Chromium: those named by FRACMOMENT_PYTHON and FRACMOMENT_CHROMIUM, else the environment of
 * `npm run lab` or `python3`, and Chromium or Chrome on the PATH.
 * @throws Error that says what to install.
 */
export function findEnvironment(): Environment {
  const python = findPython();
  const chromium = findChromium();
  if (python && chromium) return { python, chromium };
  const missing = [
    ...(python
      ? []
      : [
          'no Python with JupyterLab, Notebook and Plotly was found. Install requirements.txt into a virtual environment ' +
            "and set FRACMOMENT_PYTHON to its python, or call npm run lab, which makes the project's own",
        ]),
    ...(chromium
      ? []
      : [
          'no Chromium was found. Install it (Debian: apt-get install chromium) or set FRACMOMENT_CHROMIUM to its program',
        ]),
  ];
  throw new Error(`${missing.join('.\n')}.`);
}
