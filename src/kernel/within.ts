const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for a promise, but no longer than a time, and only until a signal is aborted.
 * @throws (rejects) what the promise rejects with; Error with the message `late`; the signal's reason.
 */
export async function within<T>(
  promise: Promise<T>,
  { seconds, late, signal }: { seconds: number; late: string; signal: AbortSignal | undefined },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  const given = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late)), Math.min(seconds * 1000, LONGEST_TIMER_MS));
    abort = () => reject(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, given]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
