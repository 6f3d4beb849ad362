import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { draftOf, hasEnded, removeLeftDrafts } from './drafts';
import { makeFolder } from './folder';

/** Interval in ms at which the holder touches its lock. */
const touchEvery = 2_000;
/**
 * Age in ms after which an untouched lock is considered to be left behind by a dead process, on any machine.
 */
const staleAfter = 15_000;

/**
 * Runs `body` while holding the lock `file`, after waiting for any other holder to finish.
 * @param onWait called once if another process holds the lock.
 */
export async function withLock<T>(file: string, onWait: () => void, body: () => Promise<T>): Promise<T> {
  const own = `${hostname()} ${process.pid} ${randomUUID()}`;
  makeFolder(path.dirname(file));
  removeLeftDrafts(path.dirname(file));
  for (let waited = false; !(await created(file, own)); ) {
    const holder = await currentHolder(file);
    if (holder === undefined) continue;
    if (Date.now() - holder.touched > staleAfter || hasDied(holder.id)) await takeAway(file, holder.id);
    else {
      if (!waited) onWait();
      waited = true;
      await delay(200);
    }
  }
  const touching = setInterval(() => {
    const now = new Date();
    // the lock may have been taken away in the meantime
    fs.utimes(file, now, now).catch(unlessMissing);
  }, touchEvery);
  try {
    return await body();
  } finally {
    clearInterval(touching);
    if ((await currentHolder(file))?.id === own) await fs.rm(file, { force: true });
  }
}

async function created(file: string, id: string): Promise<boolean> {
  try {
    await fs.writeFile(file, id, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function currentHolder(file: string): Promise<{ id: string; touched: number } | undefined> {
  try {
    return { id: await fs.readFile(file, 'utf8'), touched: (await fs.stat(file)).mtimeMs };
  } catch (error) {
    return unlessMissing(error);
  }
}

/** Whether the holder is a process of this machine that has ended. */
function hasDied(id: string): boolean {
  const [host, pid] = id.split(' ');
  return host === hostname() && hasEnded(Number(pid));
}

/** Removes the lock if `id` still holds it; a lock taken by another process in the meantime is restored. */
async function takeAway(file: string, id: string): Promise<void> {
  const aside = draftOf(file);
  try {
    await fs.rename(file, aside);
    if ((await fs.readFile(aside, 'utf8')) !== id) await fs.link(aside, file);
  } catch (error) {
    unlessMissing(error);
  } finally {
    await fs.rm(aside, { force: true });
  }
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
