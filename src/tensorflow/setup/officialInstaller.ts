import * as fs from 'node:fs';
import * as path from 'node:path';
import { run } from './run';

/** The folders in the package that hold an installation. */
const installed = ['deps', 'lib', 'build'];

/** Removes an installation from the package, whole or half-made. */
export function removeInstallation(folder: string): void {
  for (const name of installed) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
}

/**
 * Runs the installer of @tensorflow/tfjs-node. It is stopped if no download starts within 10 s or one stalls
 * for 60 s.
 */
export async function installOfficially(folder: string, log: (line: string) => void): Promise<void> {
  log('downloading TensorFlow with the installer of @tensorflow/tfjs-node');
  const results = installed.map((name) => path.join(folder, name));
  const bin = folder
    .split(path.sep)
    .map((_, i, parts) => path.join(parts.slice(0, i + 1).join(path.sep), 'node_modules', '.bin'));
  const idle = new AbortController();
  let arrived = 0;
  let since = Date.now();
  const watch = setInterval(() => {
    const size = sizeOf(results);
    if (size !== arrived) since = Date.now();
    arrived = size;
    if (Date.now() - since > (arrived === 0 ? 10_000 : 60_000)) idle.abort();
  }, 500);
  try {
    await run(process.execPath, [path.join('scripts', 'install.js'), 'cpu', 'download'], {
      cwd: folder,
      env: { ...process.env, PATH: [...bin.reverse(), process.env.PATH].join(path.delimiter) },
      signal: idle.signal,
    });
  } catch (error) {
    throw idle.signal.aborted ? new Error(`the download stalled after ${arrived} bytes`) : error;
  } finally {
    clearInterval(watch);
  }
}

function sizeOf(folders: string[]): number {
  return folders
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) =>
      fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
    )
    .reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
