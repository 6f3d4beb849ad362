// The kernel process: `node main.js CONNECTION_FILE`, started by a front-end through its kernelspec.
import { readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createInterruptState, noteExit } from './interrupt';
import { stringify } from './intrinsics';
import { createOutputFlow, sending } from './outputFlow';
import { createSession } from './session';
import type { FromSockets, SocketsData, ToSockets } from './sockets';
import { CONNECTION_FOLDER, parseConnection } from './wire';

// taken before the session gives them to the cells, and before the parent can be gone
// our runner says who it is: it may have ended before this is read, and another process have become the parent
const parentProcess = Number(process.env.FRACMOMENT_PARENT) || process.ppid;
delete process.env.FRACMOMENT_PARENT;
const exit = process.exit.bind(process);
const { stderr } = process;

function log(text: string) {
  stderr.write(`fracmoment kernel: ${text}\n`);
}

/** Removes what a runner that was killed cannot: the folder with the key. */
function removeConnection(file: string) {
  const folder = dirname(file);
  if (basename(folder).startsWith(CONNECTION_FOLDER)) rmSync(folder, { recursive: true, force: true });
}

function start(connectionFile: string) {
  const connection = parseConnection(readFileSync(connectionFile, 'utf8'));
  const interruptState = createInterruptState();
  const outputFlow = createOutputFlow();
  const workerData: SocketsData = { connection, interruptState, outputFlow, parentProcess };
  const sockets = new Worker(join(__dirname, 'sockets.js'), { workerData });
  const post = sockets.postMessage.bind(sockets) as (message: ToSockets) => void;
  let asked = 0;
  const questions = new Map<number, (line: string) => void>();
  // what comes while this loads the compiler, for half a second, waits
  const session = createSession(
    {
      publish: (type, parent, object) => {
        const content = stringify(object);
        sending(outputFlow, content.length);
        post({ kind: 'publish', type, parent, content });
      },
      status: (state, parent) => post({ kind: 'status', state, parent }),
      stream: (name, parent, text) => {
        sending(outputFlow, text.length);
        post({ kind: 'stream', name, parent, text });
      },
      reply: (request, content) => post({ kind: 'reply', request, content: stringify(content) }),
      replyFailure: (request) => post({ kind: 'replyFailure', request }),
      ask: (parent, prompt, then) => {
        questions.set(++asked, then);
        post({ kind: 'ask', question: asked, parent, prompt });
      },
      log,
    },
    interruptState,
  );
  post({ kind: 'loaded' });
  sockets.on('message', (message: FromSockets) => {
    if (message.kind === 'closed') {
      noteExit(interruptState);
      if (message.orphaned) removeConnection(connectionFile);
      exit(message.exitCode);
    } else if (message.kind === 'interrupt') session.answerInterrupt();
    else if (message.kind === 'request') session.receive(message.request);
    else if (message.kind === 'input') {
      questions.get(message.question)?.(message.line);
      questions.delete(message.question);
    }
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
