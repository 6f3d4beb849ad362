// Keeps the main thread from sending output faster than the thread of the sockets takes it: that would fill the memory
// and keep interrupts waiting behind it.

/** The shared memory: the characters sent and taken so far, modulo 2³². */
export type OutputFlow = Int32Array;

const SENT = 0;
const TAKEN = 1;

/** As much may be under way, in characters. */
const MOST = 1 << 22;
/** How long the main thread waits at most for the other, which may be closing the sockets. */
const PATIENCE_MS = 1000;

export function createOutputFlow(): OutputFlow {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** In the main thread: counts what it sends, and waits while too much is under way. */
export function sending(flow: OutputFlow, characters: number): void {
  const sent = Atomics.add(flow, SENT, characters) + characters;
  for (;;) {
    const taken = Atomics.load(flow, TAKEN);
    const underWay = (sent - taken) | 0;
    if (underWay <= Math.max(MOST, characters)) return;
    if (Atomics.wait(flow, TAKEN, taken, PATIENCE_MS) === 'timed-out') return;
  }
}

/**
 * In the thread of the sockets: returns what counts the characters it has taken. The other thread is told once a turn of
 * the event loop, so that between two amounts of output the thread turns to its sockets.
 */
export function createTaking(flow: OutputFlow): (characters: number) => void {
  let untold = 0;
  const tell = () => {
    Atomics.add(flow, TAKEN, untold);
    Atomics.notify(flow, TAKEN);
    untold = 0;
  };
  return (characters) => {
    if (untold === 0) setImmediate(tell);
    untold += characters;
  };
}
