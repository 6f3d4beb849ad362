import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file in one step: a reader sees the old content or the new, never a half; a failure leaves the old.
 * @throws the file system's error
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  replaceFiles(new Map([[file, content]]));
}

/**
 * Writes files that belong together, each as `replaceFile` does, and all of them at the end: a stop leaves them all old or
 * all new, but for the microseconds in between.
 * @throws the file system's error
 */
export function replaceFiles(contents: ReadonlyMap<string, string | Uint8Array>): void {
  const draftOf = (file: string) => `${file}.${process.pid}.tmp`;
  try {
    for (const [file, content] of contents) writeFileSync(draftOf(file), content);
    for (const file of contents.keys()) renameSync(draftOf(file), file);
  } finally {
    for (const file of contents.keys()) rmSync(draftOf(file), { force: true });
  }
}
