// The worker thread that owns the kernel's sockets. Cells run on the main thread and may keep it busy; this thread
// stays free, so the heartbeat beats, output leaves at once, and interrupt and shutdown are heard during any cell.
import { Session } from 'node:inspector';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import * as zmq from 'zeromq';
import { hasEnded } from '../platform/drafts';
import { signalLatestChild } from './childProcesses';
import {
  type InterruptState,
  interruptProgress,
  noteStuck,
  requestInterrupt,
  stopExpression,
} from './interrupt';
import { DISPLAY_NAME, LANGUAGE_INFO } from './language';
import { createTaking, type OutputFlow } from './outputFlow';
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
  type Received,
} from './wire';

export type Channel = 'shell' | 'control';

/** A request for the main thread. */
export interface Request {
  channel: Channel;
  identities: Uint8Array[];
  header: Header;
  /** JSON text. */
  content: string;
  /** How many execute_requests have come, this one included. */
  serial: number;
}

/** What this thread tells the main thread. */
export type FromSockets =
  | { kind: 'request'; request: Request }
  | { kind: 'interrupt' }
  | { kind: 'input'; question: number; line: string }
  | { kind: 'closed'; exitCode: number; orphaned: boolean };

/** What the main thread tells this thread; `content` is JSON text. */
export type ToSockets =
  | { kind: 'loaded' }
  | { kind: 'publish'; type: string; parent: Header; content: string }
  | { kind: 'status'; state: 'busy' | 'idle'; parent: Header }
  | { kind: 'stream'; name: 'stdout' | 'stderr'; parent: Header; text: string }
  | { kind: 'ask'; question: number; parent: Header; prompt: string }
  | { kind: 'reply'; request: Request; content: string }
  | { kind: 'replyFailure'; request: Request };

export interface SocketsData {
  connection: Connection;
  interruptState: InterruptState;
  outputFlow: OutputFlow;
  parentProcess: number;
}

const JOIN_MS = 50;
/** No stream message is longer: as JSON a character may take six. */
const MOST_CHARACTERS = 1 << 20;
/** How long the main thread has to exit: longer while it loads the compiler. */
const EXIT_GRACE_MS = 1000;
const LOADING_GRACE_MS = 20_000;
const ORPHAN_CHECK_MS = 500;
/** How often this thread looks what became of an interrupt. */
const WATCH_MS = 100;
/** After how many looks without an answer the main thread counts as stuck, and after how many what it runs is ended. */
const STUCK_LOOKS = 2;
const STOP_LOOKS = 3;
/** Pause after a socket failed to receive. */
const RETRY_MS = 10;

const { connection, interruptState, outputFlow, parentProcess } = workerData as SocketsData;
const main = parentPort!;
const taken = createTaking(outputFlow);
const tell = (message: FromSockets) => main.postMessage(message);
const session = createHeader('', '').msg_id;

// With these options each send completes at once and nothing is dropped, however fast the output.
const lossless = { sendTimeout: 0, sendHighWaterMark: 0, linger: 500 };
const iopub = new zmq.XPublisher({ ...lossless, verbosity: 'allSubs' });
// a client that connects again under its name is answered in place of the one before
const routing = { ...lossless, handover: true };
const routers = { shell: new zmq.Router(routing), control: new zmq.Router(routing) };
const stdin = new zmq.Router(routing);
// a Reply socket fails for good when it is sent something out of turn
const heartbeat = new zmq.Router({ linger: 0, handover: true });
const sockets = [iopub, routers.shell, routers.control, stdin, heartbeat];
let closing = false;
let loaded = false;

function log(text: string) {
  process.stderr.write(`fracmoment kernel: ${text}\n`);
}

function send(
  socket: zmq.XPublisher | zmq.Router,
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
let pending: { name: string; parent: Header; text: string[]; length: number } | undefined;

function flushStream() {
  if (!pending) return;
  const { name, parent, text } = pending;
  pending = undefined;
  send(iopub, 'stream', [Buffer.from('stream')], parent, JSON.stringify({ name, text: text.join('') }));
}

function addToStream(name: string, parent: Header, text: string) {
  for (let at = 0; at < text.length; at += MOST_CHARACTERS) {
    const part = text.slice(at, at + MOST_CHARACTERS);
    if (pending) {
      const { name: current, parent: owner, length } = pending;
      const belongs = current === name && owner.msg_id === parent.msg_id;
      if (!belongs || length + part.length > MOST_CHARACTERS) flushStream();
    }
    if (!pending) {
      pending = { name, parent, text: [], length: 0 };
      setTimeout(flushStream, JOIN_MS);
    }
    pending.text.push(part);
    pending.length += part.length;
  }
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
  if (parent?.msg_type === 'execute_request') {
    busyCell = state === 'busy' ? parent : undefined;
    if (state === 'idle') senders.delete(parent.msg_id);
  } else if (state === 'idle' && busyCell) publish('status', busyCell, content('busy'));
}

function reply(channel: Channel, request: Pick<Message, 'identities' | 'header'>, content: string) {
  const type = request.header.msg_type.replace(/_request$/, '_reply');
  send(routers[channel], type, request.identities, request.header, content);
}

function answer(channel: Channel, request: Message, content: object) {
  publishStatus('busy', request.header);
  reply(channel, request, JSON.stringify(content));
  publishStatus('idle', request.header);
}

let executeRequests = 0;
let watch: NodeJS.Timeout | undefined;

/** Interrupts what was asked for so far, and watches that it ends. */
function interrupt() {
  requestInterrupt(interruptState, executeRequests);
  tell({ kind: 'interrupt' });
  if (watch) return;
  let looks = 0;
  let last = interruptProgress(interruptState).answers;
  watch = setInterval(() => {
    const { underWay, answers, inChild } = interruptProgress(interruptState);
    looks = loaded && answers === last ? looks + 1 : 0; // before, the kernel itself keeps the thread busy
    noteStuck(interruptState, underWay && looks >= STUCK_LOOKS);
    if (!underWay) {
      clearInterval(watch);
      watch = undefined;
    } else if (answers !== last) {
      last = answers;
      tell({ kind: 'interrupt' });
    } else if (!inChild) {
      if (looks >= STOP_LOOKS) evaluateInMainThread(stopExpression);
    } else if (looks === 1) signalLatestChild(process.pid, 'SIGINT');
    else if (looks >= STOP_LOOKS) signalLatestChild(process.pid, 'SIGKILL');
  }, WATCH_MS);
}

let evaluating = false;

/** Evaluates an expression in the main thread, amid whatever it does. */
function evaluateInMainThread(expression: string) {
  if (evaluating) return;
  evaluating = true;
  const inspector = new Session();
  inspector.connectToMainThread();
  inspector.post('Runtime.evaluate', { expression }, () => {
    evaluating = false;
    inspector.disconnect();
  });
}

/** Closes the sockets and has the main thread exit; if that goes on with what it does, ends the process. */
function close(exitCode: number, orphaned = false) {
  if (closing) return;
  flushStream();
  closing = true;
  for (const socket of sockets) socket.close();
  interrupt();
  tell({ kind: 'closed', exitCode, orphaned });
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), loaded ? EXIT_GRACE_MS : LOADING_GRACE_MS);
}

function handle(channel: Channel, message: Received) {
  switch (message.header.msg_type) {
    case 'kernel_info_request':
      answer(channel, message, {
        status: 'ok',
        protocol_version: PROTOCOL_VERSION,
        implementation: 'fracmoment',
        implementation_version: require('../../package.json').version,
        banner: DISPLAY_NAME,
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
    default: {
      const { header, contentText } = message;
      // a frame is a view of a larger buffer, all of which would be copied between the threads
      const identities = message.identities.map((identity) => Uint8Array.from(identity));
      if (header.msg_type === 'execute_request') {
        executeRequests++;
        senders.set(header.msg_id, identities);
      }
      tell({
        kind: 'request',
        request: { channel, identities, header, content: contentText, serial: executeRequests },
      });
    }
  }
}

/** Who sent the execute_requests that have not ended, by message: where input is asked for. */
const senders = new Map<string, Uint8Array[]>();
/** What the main thread asked last. */
let question: number | undefined;

function ask(number: number, parent: Header, prompt: string) {
  question = number;
  const identities = senders.get(parent.msg_id);
  if (identities)
    send(stdin, 'input_request', identities, parent, JSON.stringify({ prompt, password: false }));
}

function takeInput({ header, content }: Message) {
  if (header.msg_type !== 'input_reply' || question === undefined) return;
  tell({ kind: 'input', question, line: String(content.value ?? '') });
  question = undefined;
}

/** Tells who subscribes to iopub that it arrived: from then on nothing is missed. */
function welcome([frame]: Buffer[]) {
  if (frame?.[0] !== 1) return;
  const topic = frame.subarray(1);
  const content = JSON.stringify({ subscription: topic.toString() });
  send(iopub, 'iopub_welcome', [topic], undefined, content);
}

/** Takes what comes to a socket, one message after another, whatever that is. */
async function receive(socket: zmq.Router | zmq.XPublisher, take: (frames: Buffer[]) => unknown) {
  while (!closing) {
    let frames: Buffer[];
    try {
      frames = await socket.receive();
    } catch (error) {
      if (closing) return;
      log(`cannot receive: ${(error as Error).message}`);
      await sleep(RETRY_MS);
      continue;
    }
    try {
      await take(frames);
    } catch (error) {
      log(`dropped a message: ${(error as Error).message}`);
    }
  }
}

const decoded = (take: (message: Received) => void) => (frames: Buffer[]) =>
  take(decode(connection.key, frames));

const FAILURE = JSON.stringify({
  status: 'error',
  ename: 'KernelError',
  evalue: 'the kernel could not answer: a cell has changed what it relies on',
  traceback: [],
});

function hear(message: ToSockets) {
  switch (message.kind) {
    case 'loaded':
      loaded = true;
      break;
    case 'publish':
      taken(message.content.length);
      return publish(message.type, message.parent, message.content);
    case 'status':
      return publishStatus(message.state, message.parent);
    case 'stream':
      taken(message.text.length);
      return addToStream(message.name, message.parent, message.text);
    case 'ask':
      return ask(message.question, message.parent, message.prompt);
    case 'reply':
      return reply(message.request.channel, message.request, message.content);
    case 'replyFailure':
      return reply(message.request.channel, message.request, FAILURE);
  }
}

async function start() {
  main.on('message', hear);
  // one after another: none may be under way when another's failure closes them
  await iopub.bind(address(connection, 'iopub_port'));
  await routers.shell.bind(address(connection, 'shell_port'));
  await routers.control.bind(address(connection, 'control_port'));
  await stdin.bind(address(connection, 'stdin_port'));
  await heartbeat.bind(address(connection, 'hb_port'));
  publishStatus('starting');
  const isChild = process.ppid === parentProcess; // else there is a process between, such as a script
  setInterval(() => {
    if ((isChild && process.ppid !== parentProcess) || hasEnded(parentProcess)) close(0, true);
  }, ORPHAN_CHECK_MS);
  await Promise.all([
    receive(
      routers.shell,
      decoded((message) => handle('shell', message)),
    ),
    receive(
      routers.control,
      decoded((message) => handle('control', message)),
    ),
    receive(stdin, decoded(takeInput)),
    receive(iopub, welcome),
    receive(heartbeat, (frames) => heartbeat.send(frames)),
  ]);
}

start().catch((error: unknown) => {
  log(`cannot listen: ${(error as Error).message}`);
  close(CANNOT_LISTEN);
});
