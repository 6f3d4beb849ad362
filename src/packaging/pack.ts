// npm run pack: both packages as npm would publish them, in dist/packages.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { assembleNotebookPackage } from './notebookPackage';

const root = path.resolve(__dirname, '..', '..');

/** Makes the tarballs of both packages in a folder, and returns their files: the library's first. */
export function pack(folder: string): string[] {
  rmSync(folder, { recursive: true, force: true });
  const assembled = path.join(folder, 'fracmoment-notebook');
  mkdirSync(assembled, { recursive: true });
  assembleNotebookPackage(assembled);
  return [root, assembled].map((from) => {
    const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
    const name = execFileSync('npm', args, {
      cwd: from,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    return path.join(folder, name.trim());
  });
}

if (require.main === module)
  process.stdout.write(`${pack(path.join(root, 'dist', 'packages')).join('\n')}\n`);
