// The kernel in a Web Worker: the compiler of cells over the declarations that the site has, and requests from the page.
import * as ts from 'typescript-for-cells';
import { createCellRunner } from '../cellRunner';
import { createCellCompiler } from '../compiler/cellCompiler';
import { describeError, formatStack } from '../errors';
import { complete, inspectCode, isComplete } from '../introspection';
import type { JsonRecord } from '../wire';
import { redirectConsole } from './console';
import { browserEnvironment, browserFiles, type Declarations, namingModules } from './environment';
import { type BrowserExecution, createBrowserExecution } from './execution';
import { formatStacks } from './foreignStacks';
import { fetchMnist, offerFiles } from './libraryFiles';
import { browserModules } from './modules';
import { publish, setOwner, writeStream } from './output';
import { folder } from './paths';
import { fetchSync, post, type RequestType, scope, siteAddress, type ToWorker } from './scope';
import { visitorFiles } from './visitorFiles';

/** Enough for what is left when the kernel's own frames are taken out. */
const STACK_FRAMES = 50;

/** Code that may read files or import them; later code may call it. */
const USES_FILES = /\bfs\b|['"`]\.{0,2}\//;

const call = <T>(task: () => T): T => task();

type Handler = (request: {
  id: number;
  content: JsonRecord;
  count: number;
}) => Promise<{ reply: JsonRecord; stops: boolean }>;

async function start(shared: SharedArrayBuffer | undefined): Promise<{
  handlers: Record<RequestType, Handler>;
  interrupt: BrowserExecution['interrupt'];
}> {
  const kernel = `${siteAddress()}kernel/`;
  const declarations = (await (await fetch(`${kernel}types/fracmoment.json`)).json()) as Declarations;
  const visitor = visitorFiles();
  const files = browserFiles(
    declarations,
    (file) => JSON.parse(fetchSync(`${kernel}types/${file}`, 'text') ?? '{}') as Record<string, string>,
    visitor,
  );
  const compiler = namingModules(
    createCellCompiler(ts, files, browserEnvironment(declarations)),
    declarations.modules,
  );
  const addresses = new Map(
    declarations.modules
      .filter((name) => !/^(?:node:)?(?:fs|path)$/.test(name))
      .map((name) => [name, `${kernel}modules/${name}.js`]),
  );
  const modules = browserModules(addresses, compiler, visitor);
  let usesFiles = false;
  const word = shared && new Int32Array(shared);
  let seen = 0;
  const isInterrupted = () => {
    if (!word) return false;
    const before = seen;
    seen = Atomics.load(word, 0);
    return seen !== before;
  };
  const { runner, execute, interrupt } = createBrowserExecution({
    isInterrupted,
    createRunner: (throwIfInterrupted) =>
      createCellRunner({ compiler, modules, throwIfInterrupted, asKernel: call, asCompiler: call }),
    fetchFor: async (code) => {
      if (/\bloadMnist\b/.test(code)) await fetchMnist();
      usesFiles ||= USES_FILES.test(code);
      if (usesFiles) await visitor.refresh();
    },
  });
  runner.prepare('fracmoment');
  // cells that wait already go first
  setTimeout(() => {
    runner.prepare('d3-array');
    runner.prepare('fracmoment/tensorflow');
  });
  const at =
    (answer: (content: JsonRecord) => JsonRecord): Handler =>
    async ({ content }) => ({
      reply: answer(content),
      stops: false,
    });
  return {
    handlers: {
      execute_request: execute,
      complete_request: at((content) => complete(runner, content)),
      inspect_request: at((content) => inspectCode(runner, content)),
      is_complete_request: at((content) => isComplete(runner, content)),
    },
    interrupt() {
      if (word) seen = Atomics.load(word, 0);
      interrupt();
    },
  };
}

/** What modules may look for that know Node and browsers. */
function provideProcess(): void {
  const stream = (name: 'stdout' | 'stderr') => ({
    write(text: unknown) {
      writeStream(name, String(text));
      return true;
    },
  });
  const process = {
    env: {},
    argv: [],
    versions: {},
    platform: 'browser',
    cwd: () => folder,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    emitWarning(warning: unknown, options?: unknown) {
      const type = typeof options === 'string' ? options : (options as { type?: string } | undefined)?.type;
      const text =
        warning instanceof Error ? `${warning.name}: ${warning.message}` : `${type ?? 'Warning'}: ${warning}`;
      writeStream('stderr', `${text}\n`);
    },
  };
  Object.assign(globalThis, { process });
}

Error.stackTraceLimit = STACK_FRAMES;
Error.prepareStackTrace = formatStack;
formatStacks(formatStack);
redirectConsole();
provideProcess();
offerFiles();

let started: ReturnType<typeof start> | undefined;
scope.addEventListener('message', ({ data }) => void receive(data));

async function receive(message: ToWorker): Promise<void> {
  if (message.kind === 'start') {
    started = start(message.interrupts);
    started.catch(() => {}); // told in the reply to every request
    return;
  }
  if (message.kind === 'interrupt') {
    post({ kind: 'heard' });
    (await started)?.interrupt();
    return;
  }
  const { id, type } = message;
  try {
    const { handlers } = await started!;
    const { reply, stops } = await handlers[type](message);
    post({ kind: 'reply', id, content: reply, stops });
  } catch (error) {
    const described = describeError(error);
    if (type === 'execute_request') {
      setOwner(id, false);
      publish('error', described);
    }
    post({ kind: 'reply', id, content: { status: 'error', ...described }, stops: true });
  }
}
