import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';

/*
 * The package fracmoment-notebook: what its command and `show` reach of dist, with the manifest in src/kernel. What the library
 * has as well, such as argument checks, it has a copy of.
 */

const root = path.resolve(__dirname, '..', '..');
const dist = path.join(root, 'dist');

/** The modules by which it is entered, by their path in dist: its command, and what `show` draws with. */
const entered = ['commands/cli.js', 'render/render.js'];

/** The compiled modules that it consists of, by their path in dist. */
export function notebookModules(): string[] {
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(path.join(dist, file), 'utf8');
    const loaded = [...text.matchAll(/\b(?:require|require\.resolve|import)\(['"](\.[^'"]+)['"]\)/g)];
    // programs and workers, which are started by their file
    const started = [...text.matchAll(/__dirname, ['"]([\w.]+\.js)['"]/g)];
    for (const [, name] of [...loaded, ...started]) {
      const target = path.posix.join(path.posix.dirname(file), name!.replace(/(\.js)?$/, '.js'));
      if (!target.endsWith('package.json.js')) visit(target);
    }
  };
  for (const file of entered) visit(file);
  return [...reached].sort();
}

/** Puts the package together in an empty folder. */
export function assembleNotebookPackage(folder: string): void {
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  const copy = (from: string, to: string) => {
    mkdirSync(path.dirname(path.join(folder, to)), { recursive: true });
    copyFileSync(path.join(root, from), path.join(folder, to));
  };
  copy('src/kernel/package.json', 'package.json');
  copy('src/kernel/README.md', 'README.md');
  copy('LICENSE', 'LICENSE');
  for (const file of notebookModules()) copy(`dist/${file}`, `dist/${file}`);
}
