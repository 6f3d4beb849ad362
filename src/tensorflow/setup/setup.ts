import * as path from 'node:path';
import { requireOneOf } from '../../core/validation';
import { cacheFolder } from '../../platform/cacheFolder';
import { withLock } from '../../platform/lock';
import { type NativeMode, nativeMode, nativeModes, nativePackage } from '../native';
import { computedVersion, workingVersion } from './binding';
import { installOfficially, removeInstallation } from './officialInstaller';
import { installFromWheel, libraryIsCached } from './pythonPackage';

/**
 * Sets up the native backend of TensorFlow.js. It takes a fraction of a second if the backend already works.
 *
 * It tries, in this order: the existing installation; the installer of @tensorflow/tfjs-node, which downloads
 * TensorFlow's C library; on Linux x64, the library in the Python package tensorflow-cpu (downloaded by pip,
 * which checks its SHA-256, and kept in the user's cache folder), with the binding compiled by the system's
 * C++ compiler. Nothing is written but in the folder of the package @tensorflow/tfjs-node and in that cache.
 * Concurrent calls are safe. When the process ends, even by kill -9, so do the compiler and the downloads, and
 * the next call removes what is half-made.
 * @param options `mode`: 'auto'; 'required': throws if native TensorFlow cannot be set up; 'skip': does
 *   nothing. Default: the value of FRACMOMENT_TFJS, or 'auto'. `log`: receives a line for every step that
 *   takes time.
 * @returns `ready`: whether native TensorFlow works; `detail`: its version, or the reason why it does not
 *   work.
 * @throws (rejects) RangeError for an unknown mode; Error if mode is 'required' and native TensorFlow does
 *   not work.
 * @example
 * const { ready, detail } = await setupTensorFlow({ mode: 'skip' });
 * ready // false
 */
export async function setupTensorFlow(
  options: { mode?: NativeMode; log?: (line: string) => void } = {},
): Promise<{ ready: boolean; detail: string }> {
  const mode = options.mode === undefined ? nativeMode() : requireOneOf('mode', options.mode, nativeModes);
  const log = options.log ?? (() => {});
  if (mode === 'skip')
    return { ready: false, detail: 'native TensorFlow is skipped as requested; WebAssembly is used' };
  try {
    const version = (await workingVersion()) ?? (await makeWork(log));
    return { ready: true, detail: `native TensorFlow ${version} works` };
  } catch (error) {
    const detail = `native TensorFlow is not available: ${(error as Error).message}`;
    if (mode === 'required') throw new Error(detail, { cause: error });
    return { ready: false, detail: `${detail}\nWebAssembly is used; training is several times slower` };
  }
}

function makeWork(log: (line: string) => void): Promise<string> {
  const waiting = () => log('waiting for another TensorFlow setup to finish');
  return withLock(path.join(cacheFolder(), 'setup.lock'), waiting, async () => {
    const done = await workingVersion();
    if (done !== undefined) return done;
    const folder = nativePackage();
    if (folder === undefined)
      throw new Error(
        'the package @tensorflow/tfjs-node is not installed; npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0 adds it',
      );
    const routes = [
      { name: 'installer of @tensorflow/tfjs-node', install: installOfficially },
      { name: 'Python package tensorflow-cpu', install: installFromWheel },
    ];
    if (libraryIsCached()) routes.reverse();
    const failures: string[] = [];
    for (const { name, install } of routes) {
      // does not work: damaged, or half-made by a set-up that was killed
      removeInstallation(folder);
      try {
        await install(folder, log);
        return await computedVersion();
      } catch (error) {
        failures.push(`${name}: ${(error as Error).message}`);
        log(`failed: ${(error as Error).message}`);
      }
    }
    removeInstallation(folder);
    throw new Error(failures.join('\n'));
  });
}
