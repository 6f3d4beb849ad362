import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file in one step: a reader sees the old content or the new, never a half; a failure leaves the old.
 * @throws the file system's error
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, content);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
