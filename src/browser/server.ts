import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installKernel } from '../kernel/install';

const root = path.resolve(__dirname, '..', '..');

/** A Jupyter server on a copy of the notebooks, with settings and kernelspecs of its own. */
export interface Server {
  /** The address of a page, such as `lab`, with the token. */
  url(page: string): string;
  setTheme(theme: 'JupyterLab Light' | 'JupyterLab Dark'): void;
  /** Ends the server with its kernels and removes its folder. */
  close(): Promise<void>;
}

/** The address the server prints once it listens. */
function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    server.stderr!.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(log);
      if (found) resolve(found[0]);
    });
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`jupyter lab ended with exit code ${code}:\n${log}`)));
  });
}

/** Starts JupyterLab, which serves Notebook too, on a free port of the loopback interface. */
export async function startServer(python: string, frontEnd: 'jupyterlab' | 'notebook'): Promise<Server> {
  // below dist, where cells find 'fracmoment' by its name
  const folder = mkdtempSync(path.join(root, 'dist', 'browser-'));
  const notebooks = path.join(folder, 'notebooks');
  const settings = path.join(folder, 'settings');
  cpSync(path.join(root, 'notebooks'), notebooks, { recursive: true });
  installKernel({ prefix: folder });
  const set = (plugin: string, values: Record<string, unknown>) => {
    const file = path.join(settings, '@jupyterlab', 'apputils-extension', `${plugin}.jupyterlab-settings`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(values));
  };
  set('notification', { fetchNews: 'false', checkForUpdates: false });

  const token = randomBytes(16).toString('hex');
  const server = spawn(
    python,
    ['-m', frontEnd, '--no-browser', '--allow-root', '--ip=127.0.0.1', '--port=0'],
    {
      cwd: notebooks,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        JUPYTER_TOKEN: token,
        JUPYTER_PATH: path.join(folder, 'share', 'jupyter'),
        JUPYTER_CONFIG_DIR: path.join(folder, 'config'),
        JUPYTER_RUNTIME_DIR: path.join(folder, 'runtime'),
        JUPYTERLAB_SETTINGS_DIR: settings,
        JUPYTERLAB_WORKSPACES_DIR: path.join(folder, 'workspaces'),
      },
    },
  );
  const ended = new Promise<void>((resolve) => server.on('exit', () => resolve()));
  const close = async () => {
    server.kill('SIGTERM');
    await Promise.race([ended, delay(10_000, undefined, { ref: false })]);
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const address = await listening(server);
    return {
      url: (page) => `${address}${page}?token=${token}`,
      setTheme: (theme) => set('themes', { theme }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
