// The worker thread that owns the kernel's sockets. Cells run on the main thread and may keep it busy; this thread
// stays free, so the heartbeat beats, output leaves at once, and interrupt and shutdown are heard during any cell.
import { parentPort, workerData } from 'node:worker_threads';
import * as zmq from 'zeromq';
import { type InterruptState, requestInterrupt } from './interrupt';
import { DISPLAY_NAME, LANGUAGE_INFO } from './language';
import {
  address,
  CANNOT_LISTEN,
  type Connection,
  createHeader,
  decode,
  encode,
  type Header,
  type Message,
  PROTOCOL_VERSION,
} from './wire';

export type Channel = 'shell' | 'control';

/** What this thread tells the main thread. */
export type FromSockets =
  | { kind: 'request'; channel: Channel; message: Message }
  | { kind: 'interrupt' }
  | { kind: 'closed'; exitCode: number };

/** What the main thread tells this thread; `content` is JSON text. */
export type ToSockets =
  | { kind: 'loaded' }
  | { kind: 'publish'; type: string; parent: Header | undefined; content: string }
  | { kind: 'stream'; name: 'stdout' | 'stderr'; parent: Header; text: string }
  | { kind: 'reply'; channel: Channel; request: Message; content: string };

export interface SocketsData {
  connection: Connection;
  interruptState: InterruptState;
  parentProcess: number;
}

const JOIN_MS = 50;
/** How long the main thread has to exit: longer while it loads the compiler. */
const EXIT_GRACE_MS = 1000;
const LOADING_GRACE_MS = 20_000;
const ORPHAN_CHECK_MS = 500;

const { connection, interruptState, parentProcess } = workerData as SocketsData;
const main = parentPort!;
const session = createHeader('', '').msg_id;

// With these options each send completes at once and nothing is dropped, however fast the output.
const lossless = { sendTimeout: 0, sendHighWaterMark: 0, linger: 500 };
const iopub = new zmq.Publisher(lossless);
const routers = { shell: new zmq.Router(lossless), control: new zmq.Router(lossless) };
const stdin = new zmq.Router(lossless);
const heartbeat = new zmq.Reply({ linger: 0 });
const sockets = [iopub, routers.shell, routers.control, stdin, heartbeat];
let closing = false;
let loaded = false;

function log(text: string) {
  process.stderr.write(`fracmoment kernel: ${text}\n`);
}

function send(
  socket: zmq.Publisher | zmq.Router,
  type: string,
  identities: Uint8Array[],
  parent: Header | undefined,
  content: string,
) {
  if (closing) return;
  const message = { identities, header: createHeader(type, session), parent: parent ?? {}, content };
  socket.send(encode(connection.key, message)).catch((error: unknown) => log(`${type} not sent: ${error}`));
}

// Stream text is joined: one message per JOIN_MS, not one per line.
let pending: { name: string; parent: Header; text: string[] } | undefined;

function flushStream() {
  if (!pending) return;
  const { name, parent, text } = pending;
  pending = undefined;
  send(iopub, 'stream', [Buffer.from('stream')], parent, JSON.stringify({ name, text: text.join('') }));
}

function addToStream(name: string, parent: Header, text: string) {
  if (pending && (pending.name !== name || pending.parent.msg_id !== parent.msg_id)) flushStream();
  if (!pending) {
    pending = { name, parent, text: [] };
    setTimeout(flushStream, JOIN_MS);
  }
  pending.text.push(text);
}

function publish(type: string, parent: Header | undefined, content: string) {
  flushStream();
  send(iopub, type, [Buffer.from(type)], parent, content);
}

// Front-ends show the last status they saw: after an answer given meanwhile, a running cell is busy still.
let busyCell: Header | undefined;

function publishStatus(state: 'starting' | 'busy' | 'idle', parent?: Header) {
  const content = (s: string) => JSON.stringify({ execution_state: s });
  publish('status', parent, content(state));
  if (parent?.msg_type === 'execute_request') busyCell = state === 'busy' ? parent : undefined;
  else if (state === 'idle' && busyCell) publish('status', busyCell, content('busy'));
}

function reply(channel: Channel, request: Message, content: string) {
  const type = request.header.msg_type.replace(/_request$/, '_reply');
  send(routers[channel], type, request.identities, request.header, content);
}

function answer(channel: Channel, request: Message, content: object) {
  publishStatus('busy', request.header);
  reply(channel, request, JSON.stringify(content));
  publishStatus('idle', request.header);
}

function interrupt() {
  requestInterrupt(interruptState, () => main.postMessage({ kind: 'interrupt' } satisfies FromSockets));
}

/** Closes the sockets and has the main thread exit; if that goes on with what it does, ends the process. */
function close(exitCode: number) {
  if (closing) return;
  flushStream();
  closing = true;
  for (const socket of sockets) socket.close();
  interrupt();
  main.postMessage({ kind: 'closed', exitCode } satisfies FromSockets);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), loaded ? EXIT_GRACE_MS : LOADING_GRACE_MS);
}

function handle(channel: Channel, message: Message) {
  switch (message.header.msg_type) {
    case 'kernel_info_request':
      answer(channel, message, {
        status: 'ok',
        protocol_version: PROTOCOL_VERSION,
        implementation: 'fracmoment',
        implementation_version: require('../../package.json').version,
        banner: `${DISPLAY_NAME}, on tslab`,
        language_info: LANGUAGE_INFO,
        help_links: [],
      });
      break;
    case 'interrupt_request':
      interrupt();
      answer(channel, message, { status: 'ok' });
      break;
    case 'shutdown_request':
      answer(channel, message, { status: 'ok', restart: message.content.restart === true });
      close(0);
      break;
    default:
      main.postMessage({ kind: 'request', channel, message } satisfies FromSockets);
  }
}

async function listen(channel: Channel) {
  for await (const frames of routers[channel]) {
    try {
      const message = decode(connection.key, frames);
      // a frame is a view of a larger buffer, all of which would be copied between the threads
      message.identities = message.identities.map((identity) => Uint8Array.from(identity));
      handle(channel, message);
    } catch (error) {
      log(`dropped a message: ${(error as Error).message}`);
    }
  }
}

async function beat() {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

function parentIsAlive() {
  if (process.ppid !== parentProcess) return false;
  try {
    process.kill(parentProcess, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function start() {
  main.on('message', (message: ToSockets) => {
    if (message.kind === 'loaded') loaded = true;
    else if (message.kind === 'stream') addToStream(message.name, message.parent, message.text);
    else if (message.kind === 'reply') reply(message.channel, message.request, message.content);
    else if (message.type === 'status')
      publishStatus(JSON.parse(message.content).execution_state, message.parent);
    else publish(message.type, message.parent, message.content);
  });
  // one after another: none may be under way when another's failure closes them
  await iopub.bind(address(connection, 'iopub_port'));
  await routers.shell.bind(address(connection, 'shell_port'));
  await routers.control.bind(address(connection, 'control_port'));
  await stdin.bind(address(connection, 'stdin_port'));
  await heartbeat.bind(address(connection, 'hb_port'));
  publishStatus('starting');
  setInterval(() => {
    if (!parentIsAlive()) close(0);
  }, ORPHAN_CHECK_MS);
  await Promise.all([listen('shell'), listen('control'), beat()]);
}

start().catch((error: unknown) => {
  log(`cannot listen: ${(error as Error).message}`);
  close(CANNOT_LISTEN);
});
