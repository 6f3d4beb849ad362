import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const root = path.resolve(__dirname, '..', '..');

/** What the notebooks on the site are made of and run with. */
const folders = ['notebooks', 'data/results', 'src'];
const isPart = (file: string) =>
  /\.(ipynb|json|ts|css)$/.test(file) && !/\.(test|bench|testData)\./.test(file);

/**
 * The version of the site, such as `0.2.0-1a2b3c4d`: that of the package, and a digest of the notebooks, the
 * results and the sources. What is kept in a visitor's browser is kept under an address with it, so that a
 * changed notebook is a new one there.
 */
export function siteVersion(): string {
  const digest = createHash('sha256');
  for (const folder of folders)
    for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (!isPart(name)) continue;
      digest.update(`${folder}/${name.replaceAll(path.sep, '/')}\n`);
      digest.update(readFileSync(path.join(root, folder, name)));
    }
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `${version}-${digest.digest('hex').slice(0, 8)}`;
}
