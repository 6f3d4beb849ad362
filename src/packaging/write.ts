import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { replaceFile } from '../platform/atomicFile';
import { makeFolder } from '../platform/folder';

/** Writes a file of dist unless it has this content: another process may be loading it. */
export function writeIfChanged(file: string, content: string | Uint8Array): void {
  if (existsSync(file) && readFileSync(file).equals(Buffer.from(content))) return;
  makeFolder(path.dirname(file));
  replaceFile(file, content);
}
