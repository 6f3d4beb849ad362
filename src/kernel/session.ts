// What the kernel does with requests: cells one after another, everything else at once.
import { readString } from './content';
import { describeError } from './errors';
import { type CellFront, createExecution, type Executed } from './execution';
import { type InterruptState, uninterrupted } from './interrupt';
import { clearTimeout, parse, restoreIntrinsics, setImmediate, setTimeout } from './intrinsics';
import { complete, inspectCode, isComplete } from './introspection';
import type { Request } from './sockets';
import type { Header, JsonRecord } from './wire';

/** With nothing to do for so long after the start, the kernel reads what cells are likely to import. */
const IDLE_MS = 300;

/** How the session speaks to the front-end. */
export interface Front extends CellFront {
  status(state: 'busy' | 'idle', parent: Header): void;
  reply(request: Request, content: JsonRecord): void;
  /** Replies that the kernel could not do what it was asked; needs nothing that a cell may have broken. */
  replyFailure(request: Request): void;
}

export interface Session {
  receive(request: Request): void;
  /** Says that the thread of the sockets asks about interrupts. */
  answerInterrupt(): void;
}

interface Job {
  request: Request;
  /** True if a cell before it failed or was cut short. */
  aborted: boolean;
}

/** Makes this process the kernel's, and serves its requests. */
export function createSession(front: Front, interruptState: InterruptState): Session {
  const { runner, interrupts, history, start } = createExecution(front, interruptState);
  const queue: Job[] = [];
  uninterrupted(() => runner.prepare(undefined));
  const idle = setTimeout(() => uninterrupted(() => runner.prepare('fracmoment')), IDLE_MS);

  const contentOf = ({ content }: Request) => parse(content) as JsonRecord;
  function reply(request: Request, make: () => JsonRecord) {
    try {
      front.reply(request, make());
    } catch (error) {
      try {
        front.reply(request, { status: 'error', ...describeError(error) });
      } catch {
        front.replyFailure(request);
      }
    }
    front.status('idle', request.header);
  }

  let busy = false;
  function next(): void {
    if (busy) return;
    const job = queue.shift();
    if (!job) return;
    busy = true;
    const { request } = job;
    const done = (make: () => JsonRecord) => {
      reply(request, make);
      busy = false;
      setImmediate(nextUninterrupted);
    };
    front.status('busy', request.header);
    if (job.aborted) {
      done(() => ({ status: 'aborted' }));
      return;
    }
    const onEnd = (executed: Executed) => {
      if (executed.stops) for (const waiting of queue) waiting.aborted = true;
      done(() => executed.reply);
    };
    try {
      start(request.header, request.serial, contentOf(request), onEnd);
    } catch (error) {
      done(() => {
        throw error;
      });
    }
  }
  const nextUninterrupted = () => uninterrupted(next);

  const handlers = new Map<string, (content: JsonRecord) => JsonRecord>([
    ['is_complete_request', (content) => isComplete(runner, content)],
    ['complete_request', (content) => complete(runner, content)],
    ['inspect_request', (content) => inspectCode(runner, content)],
    ['history_request', (content) => ({ status: 'ok', history: history.search(content) })],
    ['comm_info_request', () => ({ status: 'ok', comms: {} })],
  ]);

  /** There are no comms: who opens one learns that it is closed. */
  function refuseComm(request: Request) {
    front.status('busy', request.header);
    try {
      const comm_id = readString(contentOf(request), 'comm_id');
      front.publish('comm_close', request.header, { comm_id, data: {} });
    } catch (error) {
      front.log(`ignored a comm_open: ${(error as Error).message}`);
    }
    front.status('idle', request.header);
  }

  return {
    answerInterrupt: interrupts.answer,
    receive(request) {
      restoreIntrinsics();
      uninterrupted(() => {
        const type = request.header.msg_type;
        const handler = handlers.get(type);
        if (type === 'execute_request') {
          clearTimeout(idle);
          queue.push({ request, aborted: false });
          next();
        } else if (handler) {
          front.status('busy', request.header);
          reply(request, () => handler(contentOf(request)));
        } else if (type === 'comm_open') refuseComm(request);
        else if (!/^comm_(?:msg|close)$/.test(type)) front.log(`ignored a message of unknown type ${type}`);
      });
    },
  };
}
