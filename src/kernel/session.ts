// What the kernel does with requests: cells one after another, everything else at once.
import { describeError } from './errors';
import { createExecution } from './execution';
import { searchHistory } from './history';
import type { InterruptState } from './interrupt';
import { complete, inspectCode, isComplete } from './introspection';
import type { Outlet } from './output';
import type { Channel } from './sockets';
import type { JsonRecord, Message } from './wire';

/** Cells that arrive within this time after a failure or an interrupt were sent before it was known. */
const ABORT_WINDOW_MS = 50;

/** With nothing to do for so long after the start, the kernel reads what cells are likely to import. */
const IDLE_MS = 300;

/** How the session speaks to the front-end. */
export interface Front extends Outlet {
  reply(channel: Channel, request: Message, content: JsonRecord): void;
  log(text: string): void;
}

export interface Session {
  receive(channel: Channel, request: Message): void;
  /** Acts on an interrupt that the shared state says was requested. */
  interruptIfRequested(): void;
}

interface Job {
  channel: Channel;
  request: Message;
  /** True if a cell before it failed or was cut short. */
  aborted: boolean;
}

/** Makes this process the kernel's, and serves its requests. */
export function createSession(front: Front, interruptState: InterruptState): Session {
  const { runner, interrupts, history, execute } = createExecution(front, interruptState);
  const queue: Job[] = [];
  runner.prepare(undefined);
  const idle = setTimeout(() => runner.prepare('fracmoment'), IDLE_MS);

  async function serve(
    { channel, request }: Job,
    handle: (request: Message) => JsonRecord | Promise<JsonRecord>,
  ) {
    front.publish('status', request.header, { execution_state: 'busy' });
    let reply: JsonRecord;
    try {
      reply = await handle(request);
    } catch (error) {
      reply = { status: 'error', ...describeError(error) };
    }
    front.reply(channel, request, reply);
    front.publish('status', request.header, { execution_state: 'idle' });
  }

  async function executeAndStop(request: Message): Promise<JsonRecord> {
    const { reply, stops } = await execute(request);
    if (stops) {
      await new Promise((resolve) => setTimeout(resolve, ABORT_WINDOW_MS));
      for (const job of queue) job.aborted = true;
    }
    return reply;
  }

  let draining = false;
  async function drain() {
    if (draining) return;
    draining = true;
    for (let job = queue.shift(); job; job = queue.shift())
      await serve(job, job.aborted ? () => ({ status: 'aborted' }) : executeAndStop);
    draining = false;
  }

  const handlers = new Map<string, (content: JsonRecord) => JsonRecord>([
    ['is_complete_request', (content) => isComplete(runner, content)],
    ['complete_request', (content) => complete(runner, content)],
    ['inspect_request', (content) => inspectCode(runner, content)],
    ['history_request', (content) => ({ status: 'ok', history: searchHistory(history, content) })],
    ['comm_info_request', () => ({ status: 'ok', comms: {} })],
  ]);

  return {
    interruptIfRequested: interrupts.deliverIfRequested,
    receive(channel, request) {
      const job: Job = { channel, request, aborted: false };
      const type = request.header.msg_type;
      const handler = handlers.get(type);
      if (type === 'execute_request') {
        clearTimeout(idle);
        queue.push(job);
        void drain();
      } else if (handler) void serve(job, ({ content }) => handler(content));
      else front.log(`ignored a message of unknown type ${type}`);
    },
  };
}
