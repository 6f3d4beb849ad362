import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import * as path from 'node:path';

/** Whether a process of this machine has ended. */
export function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/**
 * A new name in the folder of `target`, for a file or folder that is renamed to `target` when it is complete. It
 * names the machine and the process, so that `removeLeftDrafts` knows whether somebody is still working on it.
 */
export function draftOf(target: string): string {
  const name = `fracmoment-${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  return path.join(path.dirname(target), name);
}

/**
 * Removes the drafts in a folder whose process on this machine has ended, such as by kill -9. Those of living
 * processes and of other machines stay, and so does what may not be removed. Does nothing if there is no such folder.
 */
export function removeLeftDrafts(folder: string): void {
  for (const name of ifPermitted(() => readdirSync(folder)) ?? []) {
    const [, machine, pid] = /^fracmoment-(.+)-(\d+)-[0-9a-f]{8}\.tmp$/.exec(name) ?? [];
    if (machine === hostname() && hasEnded(Number(pid)))
      ifPermitted(() => rmSync(path.join(folder, name), { recursive: true, force: true }));
  }
}

/** What a call for a file gives; undefined if there is no such file or it belongs to somebody else. */
function ifPermitted<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'EROFS'].includes(String((error as NodeJS.ErrnoException).code)))
      return undefined;
    throw error;
  }
}
