// Starts a kernel in a child process and communicates with it, for the notebook runner and the tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as zmq from 'zeromq';
import {
  address,
  CANNOT_LISTEN,
  CONNECTION_FOLDER,
  type Connection,
  createHeader,
  decode,
  encode,
  type JsonRecord,
  type Message,
} from './wire';
import { within } from './within';

export interface StartOptions {
  /** Default: this process's environment. */
  env?: NodeJS.ProcessEnv;
  /** The program and the arguments that start the kernel; default: this package's. */
  commandLine?: ((connectionFile: string) => string[]) | undefined;
  /** Gives up the start, and kills what was started. */
  signal?: AbortSignal | undefined;
}

export interface RequestOptions {
  channel?: 'shell' | 'control';
  /** Receives every iopub message caused by the request, including those after its reply. */
  onOutput?: (message: Message) => void;
}

export interface Kernel {
  readonly connection: Connection;
  readonly process: ChildProcess;
  /** Resolves with the cause when the process has ended. */
  readonly ended: Promise<KernelEnded>;
  /**
   * Sends a request and returns the content of the reply, after the kernel is idle again and `onOutput` has
   * received all output.
   * @throws (rejects) KernelEnded if the kernel ends before that.
   */
  request(type: string, content: JsonRecord, options?: RequestOptions): Promise<JsonRecord>;
  /** Kills the process, and those that it has started, immediately. */
  kill(): Promise<void>;
}

const START_TIMEOUT_S = 60;
const ASK_AGAIN_MS = 50;
const STDERR_KEPT = 2000;
/** How long what a kernel wrote to stderr may take to arrive after its end. */
const LAST_WORDS_MS = 500;

/** For each kernel that runs, what ends it. */
const running = new Set<() => void>();
process.on('exit', () => {
  for (const end of running) end();
});

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Thrown when the kernel's process has ended. */
export class KernelEnded extends Error {
  override readonly name = 'KernelEnded';
  constructor(
    message: string,
    readonly exitCode: number | null,
  ) {
    super(message);
  }
}

/** The command line of this package's kernel. */
const ownKernel = (connectionFile: string) => [process.execPath, join(__dirname, 'main.js'), connectionFile];

/**
 * Starts a kernel with the working directory `cwd`. It ends with this process.
 * @throws (rejects) KernelEnded if it does not start; Error if it does not answer; `signal.reason` if aborted.
 */
export async function startKernel(cwd: string, options: StartOptions = {}): Promise<Kernel> {
  // retries if another process takes a free port before the kernel binds it
  for (let attemptsLeft = 3; ; ) {
    try {
      return await launch(cwd, options);
    } catch (error) {
      attemptsLeft--;
      const isPortTaken = error instanceof KernelEnded && error.exitCode === CANNOT_LISTEN;
      if (!isPortTaken || attemptsLeft === 0) throw error;
    }
  }
}

async function launch(
  cwd: string,
  { env = process.env, commandLine = ownKernel, signal }: StartOptions,
): Promise<Kernel> {
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = (await freePorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const connection: Connection = {
    transport: 'tcp',
    ip: '127.0.0.1',
    key: randomBytes(32).toString('hex'),
    signature_scheme: 'hmac-sha256',
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
  };
  const directory = mkdtempSync(join(tmpdir(), CONNECTION_FOLDER));
  const file = join(directory, 'connection.json');
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  // detached: Ctrl-C in a terminal must reach only the runner, which then ends the kernel
  const [program, ...args] = commandLine(file);
  const child: ChildProcess = spawn(program!, args, {
    cwd,
    env: { ...env, FRACMOMENT_PARENT: String(process.pid) },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  const end = () => {
    killGroup(child);
    rmSync(directory, { recursive: true, force: true });
  };
  running.add(end);

  const session = createHeader('', '').msg_id;
  const dealers = { shell: new zmq.Dealer({ linger: 0 }), control: new zmq.Dealer({ linger: 0 }) };
  const iopub = new zmq.Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  const replies = new Map<string, (content: JsonRecord) => void>();
  const listeners = new Map<string, (message: Message) => void>();

  async function read(socket: zmq.Dealer | zmq.Subscriber, take: (message: Message) => void) {
    for await (const frames of socket) {
      const message = decoded(connection.key, frames as Buffer[]);
      if (message) take(message);
    }
  }
  dealers.shell.connect(address(connection, 'shell_port'));
  dealers.control.connect(address(connection, 'control_port'));
  iopub.connect(address(connection, 'iopub_port'));
  iopub.subscribe('');
  const parentId = (message: Message) => message.parent.msg_id ?? '';
  const takeReply = (message: Message) => replies.get(parentId(message))?.(message.content);
  void read(dealers.shell, takeReply);
  void read(dealers.control, takeReply);
  void read(iopub, (message) => listeners.get(parentId(message))?.(message));

  let reason: KernelEnded | undefined;
  const ended = endOf(child).then(({ code, how }) => {
    for (const socket of [dealers.shell, dealers.control, iopub]) socket.close();
    rmSync(directory, { recursive: true, force: true });
    running.delete(end);
    reason = new KernelEnded(`the kernel ${how}${stderr && `:\n${stderr.trimEnd()}`}`, code);
    return reason;
  });
  const death = ended.then((why) => Promise.reject(why));
  death.catch(() => {});

  async function request(
    type: string,
    content: JsonRecord,
    options: RequestOptions = {},
  ): Promise<JsonRecord> {
    const { channel = 'shell', onOutput } = options;
    if (reason) throw reason;
    const header = createHeader(type, session);
    const reply = new Promise<JsonRecord>((resolve) => replies.set(header.msg_id, resolve));
    const idle = new Promise<void>((resolve) => {
      listeners.set(header.msg_id, (message) => {
        onOutput?.(message);
        if (message.header.msg_type === 'status' && message.content.execution_state === 'idle') resolve();
      });
    });
    const frames = encode(connection.key, {
      identities: [],
      header,
      parent: {},
      content: JSON.stringify(content),
    });
    const sent = dealers[channel].send(frames);
    const [answer] = await Promise.race([death, Promise.all([reply, idle, sent])]);
    replies.delete(header.msg_id);
    if (!onOutput) listeners.delete(header.msg_id);
    return answer;
  }

  async function kill() {
    killGroup(child);
    await ended;
  }

  async function answers(): Promise<void> {
    // Output is lost until the kernel has received the subscription: the request is repeated until iopub delivers.
    for (let ready = false; !ready; ) {
      const answered = request('kernel_info_request', {}).then(() => true);
      ready = await Promise.race([answered, delay(ASK_AGAIN_MS, false)]);
    }
    await request('comm_info_request', {}); // answered after the compiler is loaded
  }
  const late = `the kernel did not answer within ${START_TIMEOUT_S} s`;
  try {
    await within(answers(), { seconds: START_TIMEOUT_S, late, signal });
  } catch (error) {
    await kill();
    throw error;
  }
  return { connection, process: child, ended, request, kill };
}

/** Kills a kernel that runs, with the processes that it has started. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended
  }
}

/** Resolves when a process has ended or could not be started. */
async function endOf(child: ChildProcess): Promise<{ code: number | null; how: string }> {
  const closed = new Promise<void>((resolve) => child.once('close', resolve));
  const end = await new Promise<{ code: number | null; how: string }>((resolve) => {
    child.once('error', ({ message }) => resolve({ code: null, how: `could not be started: ${message}` }));
    child.once('exit', (code, signal) => resolve({ code, how: `ended (${signal ?? `exit code ${code}`})` }));
  });
  // a process that a cell has left behind may keep stderr open for good
  await Promise.race([closed, delay(LAST_WORDS_MS, undefined, { ref: false })]);
  child.stderr?.destroy();
  return end;
}

/** A message, or undefined if it is none: anyone on this machine can send to a port. */
function decoded(key: string, frames: Buffer[]): Message | undefined {
  try {
    return decode(key, frames);
  } catch {
    return undefined;
  }
}
