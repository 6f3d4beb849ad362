import * as path from 'node:path';
import { requireOneOf } from '../../core/validation';
import { withLock } from '../../platform/lock';
import { nativePackage } from '../native';
import { computedVersion, workingVersion } from './binding';
import { cacheFolder } from './cache';
import { restorePackage } from './npmPackage';
import { installOfficially } from './officialInstaller';
import { installFromWheel, libraryIsCached } from './pythonPackage';

/** What is made of native TensorFlow; as a string it is the value of the environment variable FRACMOMENT_TFJS. */
export type NativeMode = 'auto' | 'required' | 'skip';

const modes: readonly NativeMode[] = ['auto', 'required', 'skip'];

/**
 * The mode asked for by the environment variable FRACMOMENT_TFJS; 'auto' where it is unset or empty.
 * @throws RangeError if it has another value.
 */
export function nativeMode(): NativeMode {
  return requireOneOf('FRACMOMENT_TFJS', process.env.FRACMOMENT_TFJS || 'auto', modes);
}

/**
 * Makes the native backend of TensorFlow.js work, wherever that is possible; a fraction of a second where it does.
 *
 * The ways, the first that works being taken: what is installed; the installer of @tensorflow/tfjs-node, which
 * downloads TensorFlow's C library; on Linux x64, that library out of the Python package tensorflow-cpu (its SHA-256
 * checked by pip), kept in a folder of this user's, with the binding compiled by the system's C++ compiler. If npm
 * left the optional package @tensorflow/tfjs-node out, npm is asked for it first. Several may run at once.
 * @param options `mode`: 'auto' (default), 'required': an Error where native TensorFlow cannot be made to work,
 *   'skip': nothing is touched; by default the value of the environment variable FRACMOMENT_TFJS. `log` gets a line
 *   for every step that takes time.
 * @returns whether native TensorFlow works, and in `detail` its version, or why it does not.
 * @throws RangeError if the mode is none of these; Error in mode 'required', see there.
 * @example
 * const { ready, detail } = await setupTensorFlow({ mode: 'skip' });
 * ready // false
 */
export async function setupTensorFlow(
  options: { mode?: NativeMode; log?: (line: string) => void } = {},
): Promise<{ ready: boolean; detail: string }> {
  const mode = options.mode === undefined ? nativeMode() : requireOneOf('mode', options.mode, modes);
  const log = options.log ?? (() => {});
  if (mode === 'skip')
    return { ready: false, detail: 'native TensorFlow is left alone, as asked for: WebAssembly is used' };
  try {
    const version = (await workingVersion()) ?? (await makeWork(log));
    return { ready: true, detail: `native TensorFlow ${version} works` };
  } catch (error) {
    const detail = `native TensorFlow is not available: ${(error as Error).message}`;
    if (mode === 'required') throw new Error(detail, { cause: error });
    return { ready: false, detail: `${detail}\nWebAssembly is used, which trains several times slower` };
  }
}

function makeWork(log: (line: string) => void): Promise<string> {
  const waiting = () => log('waiting for another set-up of TensorFlow to end');
  return withLock(path.join(cacheFolder(), 'setup.lock'), waiting, async () => {
    const done = await workingVersion();
    if (done !== undefined) return done;
    const folder = nativePackage() ?? (await restorePackage(log));
    const routes = [
      { name: 'its own installer', install: installOfficially },
      { name: 'the Python package', install: installFromWheel },
    ];
    if (libraryIsCached()) routes.reverse();
    const failures: string[] = [];
    for (const { name, install } of routes) {
      try {
        await install(folder, log);
        return await computedVersion();
      } catch (error) {
        failures.push(`${name}: ${(error as Error).message}`);
        log(`that did not work: ${(error as Error).message}`);
      }
    }
    throw new Error(failures.join('\n'));
  });
}
