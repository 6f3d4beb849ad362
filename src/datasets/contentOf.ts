import { readFileSync, statSync } from 'node:fs';

/** The content of a file; undefined if there is none. @throws Error if it is a folder. */
export function contentOf(file: string): Buffer | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new Error(`${file} is a folder; a file is expected there`);
  return found && readFileSync(file);
}
