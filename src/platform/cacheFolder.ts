import * as os from 'node:os';
import * as path from 'node:path';

/** The user's cache folder. */
export function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'fracmoment');
}
