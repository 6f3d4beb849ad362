// The output of cells: streams and displays, each sent to the request that the latest cell came with.
import { type OutputType, post } from './scope';

/** Text is sent together that follows within this time. */
const TOGETHER_MS = 50;
/** As much is kept at most. */
const MOST_CHARACTERS = 1 << 16;

const { setTimeout } = globalThis;
const { stringify } = JSON;

let owner: { id: number; silent: boolean } | undefined;
let waiting: { name: 'stdout' | 'stderr'; text: string; since: number } | undefined;

/** Says whose output follows. */
export function setOwner(id: number, silent: boolean): void {
  flush();
  owner = { id, silent };
}

export function publish(type: OutputType, content: object): void {
  flush();
  stringify(content); // what cannot be sent fails here
  if (owner && !owner.silent) post({ kind: 'output', id: owner.id, type, content });
}

export function writeStream(name: 'stdout' | 'stderr', text: string): void {
  const now = performance.now();
  if (waiting && waiting.name !== name) flush();
  if (waiting) waiting.text += text;
  else {
    waiting = { name, text, since: now };
    setTimeout(flush, 0);
  }
  // a cell that keeps the thread busy shows what it writes, too
  if (now - waiting.since > TOGETHER_MS || waiting.text.length > MOST_CHARACTERS) flush();
}

/** Sends the text that waits. */
export function flush(): void {
  if (!waiting) return;
  const { name, text } = waiting;
  waiting = undefined;
  if (owner && !owner.silent) post({ kind: 'output', id: owner.id, type: 'stream', content: { name, text } });
}
