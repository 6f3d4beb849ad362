import { existsSync, mkdirSync, statSync } from 'node:fs';
import * as path from 'node:path';

/**
 * Makes a folder, and those above it, unless it is there. (Node's own recursive `mkdirSync` never returns for a folder that
 * cannot be made because its file system has none, such as /proc/a/b.)
 * @throws the file system's error
 */
export function makeFolder(folder: string): void {
  const whole = path.resolve(folder);
  if (!existsSync(path.dirname(whole))) makeFolder(path.dirname(whole));
  try {
    mkdirSync(whole);
  } catch (error) {
    // it was there, or another process has just made it
    if (!existsSync(whole) || !statSync(whole).isDirectory()) throw error;
  }
}
