import { chmodSync, chownSync, statSync } from 'node:fs';

/**
 * Gives a file that is to replace another its mode, and its owner and group where the system allows it; nothing if there is
 * no other.
 * @throws the file system's error
 */
export function takeAttributes(draft: string, file: string): void {
  const before = statSync(file, { throwIfNoEntry: false });
  if (!before) return;
  const { uid, gid } = statSync(draft);
  try {
    if (uid !== before.uid || gid !== before.gid) chownSync(draft, before.uid, before.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error; // only root may give files away
  }
  chmodSync(draft, before.mode & 0o7777);
}
