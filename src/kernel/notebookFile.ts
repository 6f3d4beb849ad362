// Notebook files on disk: read as what they are, and replaced without losing what others wrote to them meanwhile.
import { accessSync, constants, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { replaceFile } from '../platform/atomicFile';
import { makeFolder } from '../platform/folder';

/**
 * Reads a file of UTF-8 text.
 * @throws Error if it is not UTF-8; the file system's error
 */
export function readText(file: string): string {
  const bytes = readFileSync(file);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('not UTF-8 text');
  }
}

/** A file that is to be written later. */
export interface Target {
  /** Where its content is: of a link, what it points to. */
  readonly file: string;
  /** What it contains; undefined if it does not exist. */
  readonly before: Buffer | undefined;
}

/** Takes note of what is in a file that is to be written later. */
export function targetAt(file: string): Target {
  const own = existsSync(file) ? realpathSync(file) : path.resolve(file);
  return { file: own, before: contentOf(own) };
}

/**
 * Makes sure that a target can be written, and makes its folder.
 * @throws the file system's error
 */
export function prepareTarget({ file, before }: Target): void {
  makeFolder(path.dirname(file));
  accessSync(path.dirname(file), constants.W_OK);
  if (before) accessSync(file, constants.W_OK);
}

/**
 * Replaces a target, unless it is no longer as it was. Then the text goes into a new file beside it, such as
 * `name.rerun.ipynb`.
 * @throws Error that says so and names the new file; the file system's error
 */
export function writeTarget({ file, before }: Target, text: string): void {
  const now = contentOf(file);
  if (before === undefined ? now === undefined : now?.equals(before)) {
    replaceFile(file, text);
    return;
  }
  const beside = writeBeside(file, text);
  const what = now === undefined ? 'removed while it ran' : 'changed while it ran, and keeps the change';
  throw new Error(`the file was ${what}; the result of the run is in ${path.relative('', beside)}`);
}

function contentOf(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}

function writeBeside(file: string, text: string): string {
  const { dir, name, ext } = path.parse(file);
  for (let i = 1; ; i++) {
    const beside = path.join(dir, `${name}.rerun${i === 1 ? '' : `-${i}`}${ext}`);
    try {
      writeFileSync(beside, text, { flag: 'wx' });
      return beside;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
