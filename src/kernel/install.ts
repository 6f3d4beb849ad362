// Installs the kernelspec, with which front-ends find and start the kernel.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder } from '../platform/folder';
import { DISPLAY_NAME, KERNEL_NAME, LANGUAGE_INFO } from './language';

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="8" fill="#3178c6"/><text x="32" y="46" font-family="serif" font-size="44" font-style="italic" text-anchor="middle" fill="#fff">σ</text></svg>
`;

export interface InstallOptions {
  /**
   * Environment to install into, such as a Python venv: PREFIX/share/jupyter/kernels. Default: the user's
   * folder.
   */
  prefix?: string;
}

/** Where Jupyter looks for the user's kernels. */
function userDataFolder(): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME, APPDATA } = process.env;
  if (JUPYTER_DATA_DIR) return JUPYTER_DATA_DIR;
  if (process.platform === 'win32') return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'jupyter');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'jupyter');
}

function kernelspecFolder({ prefix }: InstallOptions): string {
  const data = prefix === undefined ? userDataFolder() : join(resolve(prefix), 'share', 'jupyter');
  return join(data, 'kernels', KERNEL_NAME);
}

/**
 * The program that front-ends start. It lies in the kernelspec, so that it is still there when the project is not, from
 * which the kernel was installed: then it starts the kernel of the notebook's own project, or says what to do.
 */
const LAUNCHER = (kernel: string) => `const { existsSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

function ofNotebook() {
  try {
    return createRequire(join(process.cwd(), 'notebook.js')).resolve('fracmoment-notebook/kernel/main');
  } catch {
    return undefined;
  }
}

const installed = ${JSON.stringify(kernel)};
const kernel = existsSync(installed) ? installed : ofNotebook();
if (kernel) {
  process.argv[1] = kernel;
  require(kernel);
} else {
  process.stderr.write(
    'fracmoment kernel: it was installed from ' + installed + ', which is gone, and the folder of the notebook has no ' +
      'fracmoment-notebook.\\nIn a project that has it, call: npx fracmoment install. To remove the kernel from the list, ' +
      'call: jupyter kernelspec remove ${KERNEL_NAME}\\n',
  );
  process.exitCode = 1;
}
`;

/**
 * Writes the kernelspec and returns its folder. It contains the absolute paths of Node and of this package,
 * so install it again after moving either.
 */
export function installKernel(options: InstallOptions = {}): string {
  const folder = kernelspecFolder(options);
  const launcher = join(folder, 'start.cjs');
  const kernelspec = {
    argv: [process.execPath, launcher, '{connection_file}'],
    display_name: DISPLAY_NAME,
    language: LANGUAGE_INFO.name,
    // unlike a signal, a message works on every platform, and while a loop in a cell blocks the main thread
    interrupt_mode: 'message',
    metadata: { debugger: false },
  };
  makeFolder(folder);
  writeFileSync(join(folder, 'kernel.json'), `${JSON.stringify(kernelspec, null, 2)}\n`);
  writeFileSync(launcher, LAUNCHER(join(__dirname, 'main.js')));
  writeFileSync(join(folder, 'logo-svg.svg'), LOGO);
  return folder;
}

/** Removes the kernelspec; returns its folder, and whether there was one. */
export function uninstallKernel(options: InstallOptions = {}): { folder: string; found: boolean } {
  const folder = kernelspecFolder(options);
  const found = existsSync(folder);
  rmSync(folder, { recursive: true, force: true });
  return { folder, found };
}
