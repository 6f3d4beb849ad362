import * as fs from 'node:fs';
import * as path from 'node:path';
import { nativePackage } from '../native';
import { run } from './run';

/** Reinstalls the optional package with npm, which removes it if the package's own install script fails. */
export async function restorePackage(log: (line: string) => void): Promise<string> {
  const parts = __dirname.split(path.sep);
  const inModules = parts.indexOf('node_modules');
  // the project whose node_modules contains this package, or this package's own folder
  const project =
    inModules < 0 ? path.resolve(__dirname, '..', '..', '..') : parts.slice(0, inModules).join(path.sep);
  if (!fs.existsSync(path.join(project, 'node_modules', '.package-lock.json')))
    throw new Error(
      `the package @tensorflow/tfjs-node 4.22.0 is not installed, and ${project} is not managed by npm: add it there`,
    );
  const npm = process.env.npm_execpath;
  const args =
    'install --ignore-scripts --no-save --include=optional --prefer-offline --no-audit --no-fund'.split(' ');
  log(`npm ${args.join(' ')}`);
  const [command, ...before] = npm?.endsWith('npm-cli.js')
    ? [process.execPath, npm]
    : process.platform === 'win32'
      ? ['cmd', '/c', 'npm'] // there it is a batch file
      : ['npm'];
  await run(command!, [...before, ...args], { cwd: project });
  const folder = nativePackage();
  if (folder === undefined) throw new Error('npm did not install the package @tensorflow/tfjs-node');
  return folder;
}
