import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** The folder of the library's compiled modules: this package's own in a clone, else that of the package fracmoment. */
export const fracmomentFolder = path.dirname(require.resolve('fracmoment'));

/** The names, values and types, that a declaration file of the library exports. */
export function exportedNames(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const lists = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) => list!.split(','));
  const others = [...text.matchAll(/export \* from '([^']*)'/g)].map(([, name]) => name!);
  return [
    ...lists.map((item) => item.trim().replace(/^type /, '')),
    ...others.flatMap((name) => exportedNames(path.resolve(path.dirname(file), `${name}.d.ts`))),
  ];
}
