// Modules under development: a notebook sees a rebuilt one at its next import.
import { statSync } from 'node:fs';
import { sep } from 'node:path';

const INSTALLED = `${sep}node_modules${sep}`;
const KERNEL = __dirname + sep;
const loadedBy = new Map<string, number>();
let previousCell = Date.now();

/**
 * Forgets the loaded modules that are not installed packages, all of them, if one's file was rebuilt after it was
 * loaded. To be called before each cell.
 */
export function forgetRebuiltModules(): void {
  const files = Object.keys(require.cache).filter(
    (file) => !file.includes(INSTALLED) && !file.startsWith(KERNEL),
  );
  let rebuilt = false;
  for (const file of files) {
    const loaded = loadedBy.get(file) ?? previousCell;
    loadedBy.set(file, loaded);
    rebuilt ||= (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > loaded;
  }
  if (rebuilt)
    for (const file of files) {
      delete require.cache[file];
      loadedBy.delete(file);
    }
  previousCell = Date.now();
}
