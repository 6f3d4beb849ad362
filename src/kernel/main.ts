// The kernel process: `node main.js CONNECTION_FILE`, started by a front-end through its kernelspec.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createInterruptState } from './interrupt';
import { createSession } from './session';
import type { FromSockets, SocketsData, ToSockets } from './sockets';
import { parseConnection } from './wire';

// taken before the session gives them to the cells, and before the parent can be gone
const parentProcess = process.ppid;
const exit = process.exit.bind(process);
const { stderr } = process;

function log(text: string) {
  stderr.write(`fracmoment kernel: ${text}\n`);
}

function start(connectionFile: string) {
  const connection = parseConnection(readFileSync(connectionFile, 'utf8'));
  const interruptState = createInterruptState();
  const workerData: SocketsData = { connection, interruptState, parentProcess };
  const sockets = new Worker(join(__dirname, 'sockets.js'), { workerData });
  const post = (message: ToSockets) => sockets.postMessage(message);
  // what comes while this loads the compiler, for half a second, waits
  const session = createSession(
    {
      publish: (type, parent, content) =>
        post({ kind: 'publish', type, parent, content: JSON.stringify(content) }),
      stream: (name, parent, text) => post({ kind: 'stream', name, parent, text }),
      reply: (channel, request, content) =>
        post({ kind: 'reply', channel, request, content: JSON.stringify(content) }),
      log,
    },
    interruptState,
  );
  post({ kind: 'loaded' });
  sockets.on('message', (message: FromSockets) => {
    if (message.kind === 'closed') exit(message.exitCode);
    else if (message.kind === 'interrupt') session.interruptIfRequested();
    else if (message.kind === 'request') session.receive(message.channel, message.message);
  });
  sockets.on('error', (error) => {
    log(`the thread of the sockets failed: ${inspect(error)}`);
    exit(1);
  });
}

try {
  const [, , connectionFile] = process.argv;
  if (connectionFile === undefined) throw new Error('the path of a connection file is missing');
  start(connectionFile);
} catch (error) {
  log((error as Error).message);
  process.exitCode = 1;
}
