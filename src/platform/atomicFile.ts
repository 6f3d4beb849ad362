import { renameSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { takeAttributes } from './attributes';
import { draftOf, removeLeftDrafts } from './drafts';

/** Folders in which this process has looked for drafts of ended processes. */
const tidied = new Set<string>();

/**
 * Replaces a file atomically: readers see the old or the new content, and a failure keeps the old one. The new file has
 * the mode of the old one, and its owner where the system allows it. The first replacement in a folder removes what
 * killed processes left of theirs.
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
  const drafts = [...contents].map(([file, content]) => ({ file, draft: draftOf(file), content }));
  try {
    for (const { file } of drafts) tidyOnce(path.dirname(path.resolve(file)));
    for (const { draft, content } of drafts) writeFileSync(draft, content);
    for (const { draft, file } of drafts) takeAttributes(draft, file);
    for (const { draft, file } of drafts) renameSync(draft, file);
  } finally {
    for (const { draft } of drafts) rmSync(draft, { force: true });
  }
}

function tidyOnce(folder: string): void {
  if (tidied.has(folder)) return;
  tidied.add(folder);
  removeLeftDrafts(folder);
}
