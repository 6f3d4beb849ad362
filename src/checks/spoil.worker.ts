import { parentPort, workerData } from 'node:worker_threads';
import { examples, fracmoment, run } from './examples';
import { knownNames, type SpoiledCall, spoiledCalls } from './spoil';

/** What a worker reports about one export. */
export type SpoilNews =
  /** Sent before each call, so that a hanging one is known. */
  | { kind: 'call'; index: number; description: string }
  | { kind: 'fault'; description: string; why: string }
  | { kind: 'done'; places: number; calls: number; refused: number };

/** The export, and the call to start with: those before it were made by an earlier worker. */
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

/** What a call gave: an error or a result. */
interface Answer {
  error?: unknown;
  result?: unknown;
}

async function outcome(args: readonly unknown[]): Promise<Answer> {
  try {
    return { result: await call(args) };
  } catch (error) {
    return { error };
  }
}

/** What is wrong with the answer to a spoiled call, if anything. */
function faultOf(
  { hopeless, names, inData }: SpoiledCall,
  { error, result }: Answer,
  nanIsRight: boolean,
): string | undefined {
  if (error === undefined || error === accepted) {
    if (hopeless) return 'accepted';
    return hasNaN(result) && !nanIsRight && !inData ? 'accepted, with the result NaN' : undefined;
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
  const example = examples().find((each) => each.name === name && each.lines.length > 0)!;
  const found = await recorded(example.lines);
  if (found === undefined) throw new Error(`the example of ${name} does not call it`);
  const args = await completed(example.parameters.map((_, i) => found[i]));
  const nanIsRight = hasNaN((await outcome(args)).result);
  const calls = spoiledCalls(args, example.parameters);
  let refused = 0;
  for (const [index, spoiled] of calls.entries()) {
    // without the aborted signal, what is right takes its time
    if (index < skip || (isLong(args) && !isLong(spoiled.args) && !spoiled.hopeless)) continue;
    post({ kind: 'call', index, description: spoiled.description });
    const answer = await outcome(spoiled.args);
    if (answer.error !== undefined && answer.error !== accepted) refused++;
    const why = faultOf(spoiled, answer, nanIsRight);
    if (why !== undefined) post({ kind: 'fault', description: spoiled.description, why });
  }
  const places = new Set(calls.map(({ place }) => place)).size;
  post({ kind: 'done', places, calls: calls.length, refused });
}

/**
 * The arguments with all known options: those that the example leaves out are undefined, and what can be aborted is, so
 * that a call only checks its arguments.
 */
async function completed(args: readonly unknown[]): Promise<unknown[]> {
  const last = args.at(-1) ?? {};
  if (args.length === 0 || Object.getPrototypeOf(last) !== Object.prototype) return [...args];
  const { error } = await outcome([...args.slice(0, -1), { ...last, unknownName: 1 }]);
  const known = knownNames(String(error));
  if (known.length === 0) return [...args];
  const options: Record<string, unknown> = {
    ...Object.fromEntries(known.map((key) => [key, undefined])),
    ...last,
  };
  if ('signal' in options) options.signal = AbortSignal.abort(accepted);
  return [...args.slice(0, -1), options];
}

function isLong(args: readonly unknown[]): boolean {
  return (args.at(-1) as { signal?: AbortSignal } | undefined)?.signal?.reason === accepted;
}

void spoilAll();
