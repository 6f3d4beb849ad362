import { setTimeout as delay } from 'node:timers/promises';

/** Waits until a condition holds, for at most a minute. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const late = AbortSignal.timeout(60_000);
  while (!(await holds())) {
    if (late.aborted) throw new Error(`after a minute it does not hold that ${what}`);
    await delay(20);
  }
}
