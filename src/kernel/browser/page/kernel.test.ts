import assert from 'node:assert/strict';
import { before, beforeEach, type TestContext, test } from 'node:test';
import type { FromWorker, ToWorker } from '../scope';
import type { RequestMessage } from './jupyter';
import type { BrowserKernel } from './kernel';

/* The kernel as JupyterLite sees it, with workers that do as the test says. */

class FakeWorker {
  onmessage: (event: { data: FromWorker }) => void = () => {};
  readonly asked: ToWorker[] = [];
  terminated = false;
  constructor() {
    workers.push(this);
  }
  postMessage(message: ToWorker): void {
    this.asked.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  /** The number of the latest request. */
  get latest(): number {
    return this.asked.flatMap((message) => (message.kind === 'request' ? [message.id] : [])).at(-1)!;
  }
  reply(id: number, content: Record<string, unknown>, stops = false): void {
    this.onmessage({ data: { kind: 'reply', id, content, stops } });
  }
}

interface Sent {
  channel: string;
  header: { msg_type: string };
  parent_header: { msg_id: string };
  content: Record<string, unknown>;
}

let workers: FakeWorker[] = [];
let sent: Sent[];
let kernel: BrowserKernel;

let Kernel: typeof BrowserKernel;
before(async () => {
  class Nothing {
    emit(): void {}
  }
  Object.assign(globalThis, {
    location: { href: 'http://127.0.0.1/lab/' },
    Worker: FakeWorker,
    fracmomentShared: {
      '@jupyterlab/coreutils': { PageConfig: { getBaseUrl: () => '/' } },
      '@lumino/signaling': { Signal: Nothing },
      '@lumino/widgets': { Widget: Nothing },
      '@jupyterlite/services': {},
      '@jupyterlab/notebook': {},
      '@jupyterlab/rendermime': {},
    },
  });
  ({ BrowserKernel: Kernel } = await import('./kernel.js'));
});
beforeEach(() => {
  workers = [];
  sent = [];
  kernel = new Kernel({
    id: 'k',
    name: 'fracmoment',
    location: '',
    sendMessage: (message) => sent.push(message as Sent),
  });
});

const request = (msg_id: string, msg_type = 'execute_request'): RequestMessage => ({
  header: { msg_id, msg_type, session: 's' },
  content: { code: msg_id },
});
/** The messages about a request that are not its status. */
const about = (id: string) =>
  sent
    .filter(({ parent_header, header }) => parent_header.msg_id === id && header.msg_type !== 'status')
    .map(({ header, content }) => [header.msg_type, content.status ?? content.ename ?? content.code]);

test('cells run one after another; what completes need not wait', async () => {
  for (const id of ['a', 'b']) await kernel.handleMessage(request(id));
  await kernel.handleMessage(request('c', 'complete_request'));
  const [worker] = workers;
  const types = () =>
    worker!.asked.map((message) => (message.kind === 'request' ? message.type : message.kind));
  assert.deepEqual(types(), ['start', 'execute_request', 'complete_request']);
  worker!.reply(2, { status: 'ok' });
  assert.deepEqual(about('c'), [['complete_reply', 'ok']]);
  worker!.reply(1, { status: 'ok' });
  assert.deepEqual(types().at(-1), 'execute_request');
  assert.deepEqual(about('b'), [['execute_input', 'b']]);
});

test('a cell that fails aborts those that wait, and no later one', async () => {
  for (const id of ['a', 'b']) await kernel.handleMessage(request(id));
  workers[0]!.reply(1, { status: 'error' }, true);
  assert.deepEqual(about('b'), [['execute_reply', 'aborted']]);
  await kernel.handleMessage(request('c'));
  assert.deepEqual(about('c'), [['execute_input', 'c']]);
});

/** Interrupts, and answers as the worker would. */
async function interrupt(t: TestContext, { heard }: { heard: boolean }): Promise<FakeWorker> {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const id of ['a', 'b']) await kernel.handleMessage(request(id));
  kernel.interrupt();
  if (heard) workers[0]!.onmessage({ data: { kind: 'heard' } });
  t.mock.timers.tick(1000);
  return workers[0]!;
}

test('a worker that does not hear of an interrupt is replaced, and the cell says that the variables are lost', async (t) => {
  assert.ok((await interrupt(t, { heard: false })).terminated);
  assert.deepEqual(about('a'), [
    ['execute_input', 'a'],
    ['error', 'KeyboardInterrupt'],
    ['execute_reply', 'error'],
  ]);
  assert.match(
    String(sent.find(({ header }) => header.msg_type === 'error')!.content.evalue),
    /all variables are lost/,
  );
  assert.deepEqual(about('b'), [['execute_reply', 'aborted']]);
  await kernel.handleMessage(request('c'));
  assert.equal(workers.length, 2);
  workers[1]!.reply(workers[1]!.latest, { status: 'ok' });
  assert.deepEqual(about('c').at(-1), ['execute_reply', 'ok']);
});

test('one that hears of it has longer, and is kept if the cell ends', async (t) => {
  const worker = await interrupt(t, { heard: true });
  assert.ok(!worker.terminated);
  worker.reply(1, { status: 'error' }, true);
  t.mock.timers.tick(10_000);
  assert.ok(!worker.terminated);
  assert.deepEqual(about('a').at(-1), ['execute_reply', 'error']);
});

test('every request is busy, then idle, once', async () => {
  await kernel.handleMessage(request('a'));
  workers[0]!.reply(1, { status: 'ok' });
  await kernel.handleMessage(request('i', 'kernel_info_request'));
  await kernel.handleMessage(request('h', 'history_request'));
  for (const id of ['a', 'i', 'h']) {
    const states = sent.filter(
      ({ parent_header, header }) => parent_header.msg_id === id && header.msg_type === 'status',
    );
    assert.deepEqual(
      states.map(({ content }) => content.execution_state),
      ['busy', 'idle'],
      id,
    );
  }
});
