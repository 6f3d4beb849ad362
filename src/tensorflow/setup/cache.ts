import * as os from 'node:os';
import * as path from 'node:path';

/** The folder of this user's where downloads are kept. */
export function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'fracmoment');
}
