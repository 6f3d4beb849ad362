import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { takeAttributes } from './attributes';

/**
 * Replaces a file atomically: readers see the old or the new content, and a failure keeps the old one. The new file
 * has the mode of the old one, and its owner where the system allows it.
 * @throws the file system's error
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  replaceFiles(new Map([[file, content]]));
}

/**
 * Replaces several files, each as `replaceFile` does. All are renamed at the end, so that an interruption
 * leaves either all old or all new files, except within the microseconds between the renames.
 * @throws the file system's error
 */
export function replaceFiles(contents: ReadonlyMap<string, string | Uint8Array>): void {
  const draftOf = (file: string) => `${file}.${process.pid}.tmp`;
  try {
    for (const [file, content] of contents) writeFileSync(draftOf(file), content);
    for (const file of contents.keys()) takeAttributes(draftOf(file), file);
    for (const file of contents.keys()) renameSync(draftOf(file), file);
  } finally {
    for (const file of contents.keys()) rmSync(draftOf(file), { force: true });
  }
}
