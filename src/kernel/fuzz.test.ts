// Whatever comes to the five ports, the kernel goes on. The seed is fixed; set FRACMOMENT_FUZZ to another number of
// messages.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as zmq from 'zeromq';
import { type RandomStream, randomStream } from '../core/random';
import { type Cell, result, runCell } from './cellRequests.testData';
import { type Kernel, startKernel } from './client';
import { address, createHeader, encode, type JsonRecord, sign } from './wire';

const MESSAGES = Number(process.env.FRACMOMENT_FUZZ ?? 1000);
const BATCH = 250;
const PORTS = ['shell_port', 'control_port', 'stdin_port', 'hb_port', 'iopub_port'] as const;
const TYPES = [
  'kernel_info_request',
  'complete_request',
  'inspect_request',
  'is_complete_request',
  'history_request',
  'comm_info_request',
  'comm_open',
  'comm_msg',
  'interrupt_request',
  'input_reply',
  'execute_request',
  'no_such_request',
];

type Frames = (Uint8Array | string)[];

const folder = mkdtempSync(join(__dirname, '..', 'test-fuzz-'));
let kernel: Kernel;
before(async () => {
  kernel = await startKernel(folder);
});
after(async () => {
  await kernel.kill();
  rmSync(folder, { recursive: true });
});

const pick = <T>(random: RandomStream, from: readonly T[]): T => from[random.uint32() % from.length]!;

function bytes(random: RandomStream, most: number): Buffer {
  return Buffer.from(Array.from({ length: random.uint32() % most }, () => random.uint32() & 255));
}

/** A JSON value of any kind, some of them deep or large. */
function anyValue(random: RandomStream): unknown {
  const nested = () => JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`) as unknown;
  return pick(random, [
    () => null,
    () => random.uint32(),
    () => -1.5,
    () => 1e308,
    () => bytes(random, 40).toString('latin1'),
    () => '\ud800',
    () => 'x'.repeat(1e5),
    () => [],
    () => ({ __proto__: null, code: 1 }),
    () => true,
    nested,
  ])();
}

/** A message that is signed, with some part of it wrong. */
function signedMessage(random: RandomStream, key: string): Frames {
  const content: JsonRecord = { code: '1', cursor_pos: 1, comm_id: 'c', hist_access_type: 'tail', n: 1 };
  for (let i = random.uint32() % 3; i > 0; i--)
    content[pick(random, Object.keys(content))] = anyValue(random);
  const header: JsonRecord = { ...createHeader(pick(random, TYPES), 'fuzz') };
  const metadata: JsonRecord = {};
  if (random.uniform() < 0.3) header[pick(random, Object.keys(header))] = anyValue(random);
  if (random.uniform() < 0.3) metadata.any = anyValue(random);
  const parts = [header, {}, metadata, content].map((part) =>
    random.uniform() < 0.03 ? bytes(random, 50).toString('latin1') : JSON.stringify(part),
  );
  return ['<IDS|MSG>', sign(key, parts), ...parts];
}

const replaced = (frames: Frames, index: number, frame: Uint8Array | string): Frames =>
  frames.map((one, i) => (i === index ? frame : one));

/** Frames that are not a message. */
function noMessage(random: RandomStream, key: string): Frames {
  const good = encode(key, {
    identities: [],
    header: createHeader(pick(random, TYPES), 'fuzz'),
    parent: {},
    content: '{"code":"globalThis.forged = true"}',
  });
  return pick<() => Frames>(random, [
    () => ['x'],
    () => ['', ''],
    () => Array.from({ length: 1 + (random.uint32() % 8) }, () => bytes(random, 60)),
    () => good.slice(0, random.uint32() % good.length),
    () => replaced(good, random.uint32() % good.length, bytes(random, 60)),
    () => replaced(good, 1, ''),
    () => ['<IDS|MSG>', 'x'.repeat(1e6)],
  ])();
}

async function sendBytes(port: number, random: RandomStream): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // closed by the other side, as it may
  await once(socket, 'connect');
  socket.write(bytes(random, 500));
  socket.destroy();
}

function residentMegabytes(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const status = readFileSync(`/proc/${kernel.process.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 1024);
}

async function assertAlive(): Promise<void> {
  const heart = new zmq.Request({ linger: 0, receiveTimeout: 20_000 });
  heart.connect(address(kernel.connection, 'hb_port'));
  await heart.send('ping');
  assert.equal(String((await heart.receive())[0]), 'ping');
  heart.close();
  const ask = () => runCell(kernel, "'forged' in globalThis ? 'forged' : 1 + 1");
  // a cell that failed aborts what comes right after, an interrupt that was among the messages ends it
  const isCut = ({ reply }: Cell) => reply.status === 'aborted' || reply.ename === 'KeyboardInterrupt';
  let cell = await ask();
  for (let tries = 0; isCut(cell) && tries < 5; tries++) cell = await ask();
  assert.deepEqual([cell.reply.status, result(cell)], ['ok', '2']);
}

test(`${MESSAGES} malformed messages to every port`, { timeout: 1_800_000 }, async (t) => {
  const random = randomStream(2005, 11878);
  await assertAlive();
  const before = residentMegabytes();
  const counts = { signed: 0, unsigned: 0, bytes: 0 };
  for (let sent = 0; sent < MESSAGES; sent += BATCH) {
    for (let i = sent; i < Math.min(MESSAGES, sent + BATCH); i++) {
      const port = pick(random, PORTS);
      const kind = port === 'iopub_port' ? 'bytes' : pick(random, ['signed', 'unsigned', 'bytes'] as const);
      counts[kind]++;
      if (kind === 'bytes') {
        await sendBytes(kernel.connection[port], random);
        continue;
      }
      const { key } = kernel.connection;
      const dealer = new zmq.Dealer({ linger: 1000, sendTimeout: 10_000 });
      dealer.connect(address(kernel.connection, port));
      await dealer.send(kind === 'signed' ? signedMessage(random, key) : noMessage(random, key));
      dealer.close();
    }
    await assertAlive();
  }
  t.diagnostic(
    `${JSON.stringify(counts)}; resident memory before ${before} MB, after ${residentMegabytes()} MB`,
  );
});
