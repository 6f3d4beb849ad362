import { parentPort, workerData } from 'node:worker_threads';
import { examples, fracmoment, run } from './examples';
import { knownNames, type SpoiledCall, spoiledCalls } from './spoil';

/** What a worker reports about one export. */
export type SpoilNews =
  /** Sent before each call, so that a hanging one is known. */
  | { kind: 'call'; description: string }
  | { kind: 'fault'; description: string; why: string }
  | { kind: 'done'; places: number; calls: number; refused: number };

/** The export, and how many of its calls to skip, as an earlier worker has made them. */
const { name, skip } = workerData as { name: string; skip: number };
const post = (news: SpoilNews) => parentPort!.postMessage(news);

// what the examples show and save
process.stdout.write = () => true;
process.stderr.write = () => true;

type Callable = (...args: unknown[]) => unknown;

const exported = fracmoment[name] as Callable;
const isClass = /^class\b/.test(Function.prototype.toString.call(exported));

function call(args: readonly unknown[]): unknown {
  return isClass ? Reflect.construct(exported, args) : exported(...args);
}

/** The arguments of the first call of the export in its example. */
async function recorded(lines: readonly string[]): Promise<unknown[] | undefined> {
  let found: unknown[] | undefined;
  const spy = new Proxy(exported, {
    apply: (target, self, args) => {
      found ??= args;
      return Reflect.apply(target, self, args);
    },
    construct: (target, args) => {
      found ??= args;
      return Reflect.construct(target, args);
    },
  });
  await run(lines, { ...fracmoment, [name]: spy }, () => {});
  return found;
}

/** Messages of the language rather than of the package. */
const raw =
  /Cannot (destructure|read|convert|set|mix)|is not (a function|iterable|a constructor|an object)|undefined \(reading|[Ii]nvalid (array|typed array) length|call stack|allocation failed|circular structure/;

/** Makes a call; returns the error, or undefined if the call was accepted. */
async function outcome(args: readonly unknown[]): Promise<{ error?: unknown; result?: unknown }> {
  try {
    return { result: await call(args) };
  } catch (error) {
    return { error };
  }
}

function faultOf({ hopeless, names }: SpoiledCall, { error, result }: Awaited<ReturnType<typeof outcome>>) {
  if (error === undefined || error === accepted) {
    if (hopeless) return 'accepted';
    return hasNaN(result) ? 'accepted, with the result NaN' : undefined;
  }
  const message = String(error);
  if (raw.test(message)) return message;
  const ofArgument = error instanceof TypeError || error instanceof RangeError;
  // a missing file or experiment is no mistake of type or range
  if (!ofArgument) return hopeless ? message : undefined;
  if (names.length > 0 && !names.some((each) => message.includes(each)))
    return `${message} (does not name ${names.join(' or ')})`;
  return undefined;
}

function hasNaN(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (depth > 3 || typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value)) return value instanceof Float64Array && value.some(Number.isNaN);
  return Object.values(value).some((inner) => hasNaN(inner, depth + 1));
}

/** The reason of the aborted signal with which long calls are made: they are accepted if they reject with it. */
const accepted = new Error('accepted');

async function spoilAll(): Promise<void> {
  const { lines, parameters } = examples().find(
    (example) => example.name === name && example.lines.length > 0,
  )!;
  let args = await recorded(lines);
  if (args === undefined) throw new Error(`the example of ${name} does not call it`);
  if (isLast(args)) {
    const known = knownNames(String((await outcome(withUnknown(args))).error));
    const last = args.at(-1) as Record<string, unknown>;
    // all options that the example leaves out are spoiled too
    const all: Record<string, unknown> = {
      ...Object.fromEntries(known.map((key) => [key, undefined])),
      ...last,
    };
    if ('signal' in all) all.signal = AbortSignal.abort(accepted);
    args = [...args.slice(0, -1), all];
  }
  const calls = spoiledCalls(args, parameters);
  let refused = 0;
  for (const [i, spoiled] of calls.entries()) {
    if (i < skip) continue;
    // without the aborted signal, what is right takes its time
    if (isLong(args) && !isLong(spoiled.args) && !spoiled.hopeless) continue;
    post({ kind: 'call', description: spoiled.description });
    const found = await outcome(spoiled.args);
    if (found.error !== undefined) refused++;
    const why = faultOf(spoiled, found);
    if (why !== undefined) post({ kind: 'fault', description: spoiled.description, why });
  }
  const count = new Set(calls.map(({ description }) => description.split(' = ')[0])).size;
  post({ kind: 'done', places: count, calls: calls.length, refused });
}

function isLast(args: readonly unknown[]): boolean {
  const last = args.at(-1);
  return typeof last === 'object' && last !== null && Object.getPrototypeOf(last) === Object.prototype;
}

function isLong(args: readonly unknown[]): boolean {
  return (args.at(-1) as { signal?: AbortSignal } | undefined)?.signal?.reason === accepted;
}

function withUnknown(args: readonly unknown[]): unknown[] {
  return [...args.slice(0, -1), { ...(args.at(-1) as object), unknownName: 1 }];
}

void spoilAll();
