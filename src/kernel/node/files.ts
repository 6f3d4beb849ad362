// The compiler's view of this machine's files.
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import * as path from 'node:path';
import type { CellFiles } from '../compiler/cellCompiler';

const slashed = (file: string) => file.split(path.sep).join('/');

/** What is installed does not change while the kernel runs. */
const isInstalled = (file: string) => file.includes('/node_modules/');

/** The files for cells that lie in `folder`. */
export function nodeFiles(folder: string): CellFiles {
  const versions = new Map<string, string>();
  const stat = (file: string) => statSync(file, { throwIfNoEntry: false });
  return {
    folder: slashed(folder),
    libFolder: slashed(path.dirname(require.resolve('typescript-for-cells'))),
    read: (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
    fileExists: (file) => stat(file)?.isFile() === true,
    directoryExists: (name) => stat(name)?.isDirectory() === true,
    directories: (name) =>
      stat(name)?.isDirectory()
        ? readdirSync(name, { withFileTypes: true })
            .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
            .map((entry) => entry.name)
        : [],
    filesIn: (name) =>
      stat(name)?.isDirectory()
        ? readdirSync(name, { withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => `${slashed(name).replace(/\/$/, '')}/${entry.name}`)
        : [],
    version(file) {
      const known = versions.get(file);
      if (known !== undefined) return known;
      const { mtimeMs, size } = stat(file) ?? { mtimeMs: 0, size: 0 };
      const version = `${mtimeMs} ${size}`;
      if (isInstalled(file)) versions.set(file, version);
      return version;
    },
    realPath: (file) => (existsSync(file) ? slashed(realpathSync(file)) : file),
  };
}
