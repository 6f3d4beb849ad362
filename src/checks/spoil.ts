/** A call of an export with one argument, option or element replaced by something that users pass by mistake. */
export interface SpoiledCall {
  /** Readable, such as `[1].rate = NaN`. */
  description: string;
  args: unknown[];
  /** The place that was spoiled. */
  place: Place;
  /** The names of which an error must contain one. */
  names: string[];
  /** Whether the call must be refused: the value is of a kind that is never right in this place. */
  hopeless: boolean;
  /** Whether the place is in data, whose NaN and infinities are passed on. */
  inData: boolean;
}

/** What users pass by mistake. */
const garbage: [description: string, value: unknown][] = [
  ...[null, Number.NaN, Infinity, -Infinity, 1e300, 2 ** 53, 1e9, 5e-324, -1, 0, 0.5, 5, true].map(
    (value): [string, unknown] => [String(value), value],
  ),
  ["'x'", 'x'],
  ["''", ''],
  ['7n', 7n],
  ['Symbol()', Symbol('x')],
  ['[]', []],
  ['[null]', [null]],
  ['{}', {}],
  ['new Map()', new Map()],
  ['() => {}', () => {}],
];

type Kind = 'number' | 'string' | 'boolean' | 'function' | 'array' | 'object' | 'instance' | 'other';

function kindOf(value: unknown): Kind {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return 'array';
  if (typeof value === 'object' && value !== null)
    return Object.getPrototypeOf(value) === Object.prototype ? 'object' : 'instance';
  const kind = typeof value;
  return kind === 'number' || kind === 'string' || kind === 'boolean' || kind === 'function' ? kind : 'other';
}

/** One place in the arguments: the index of an argument, then names of options and indices of elements. */
type Place = readonly (number | string)[];

type Parameters = readonly (string | undefined)[];

/** Parameters and options whose content is not spoiled: objects of others, names chosen by the user, free-form JSON. */
const opaque = {
  parameters: ['tf', 'model', 'report', 'figure', 'figures'],
  options: ['menu', 'schemes', 'data'],
};

/** Parameters that are data rather than options: they may have more than is read of them. */
const data = ['data', 'curves', 'bundle', 'outputs'];

function isOpaque(value: unknown, place: Place, parameters: Parameters): boolean {
  if (kindOf(value) === 'instance' || place.at(-2) === 'marks') return true;
  const option = place.length > 1 ? String(place.at(-1)) : '';
  return (
    opaque.options.includes(option) || opaque.parameters.includes(String(parameters[place[0] as number]))
  );
}

function mayHaveMore(place: Place, parameters: Parameters): boolean {
  return data.includes(String(parameters[place[0] as number]));
}

/**
 * Whether a value can never be right in place of another: it is of another kind. An axis may be its title, and the total
 * of a task may be left out before its label.
 */
function isHopeless(wrong: unknown, value: unknown, place: Place, parameters: Parameters): boolean {
  if (wrong === undefined) return false;
  // in place of what the example leaves out, only a big integer is surely wrong
  if (value === undefined) return typeof wrong === 'bigint';
  if (['x', 'y'].includes(String(place.at(-1))) && kindOf(value) === 'object')
    return typeof wrong !== 'string' && kindOf(wrong) !== 'object';
  if (place.length === 1 && parameters[place[0] as number] === 'total' && typeof wrong === 'string')
    return false;
  return kindOf(wrong) !== kindOf(value);
}

/** All places in a list of arguments, outermost first. */
function places(args: readonly unknown[], parameters: Parameters): Place[] {
  const found: Place[] = [];
  const visit = (value: unknown, place: Place) => {
    found.push(place);
    if (place.length >= 5 || isOpaque(value, place, parameters)) return;
    if (Array.isArray(value) && value.length > 0) visit(value[0], [...place, 0]);
    if (kindOf(value) === 'object')
      for (const [key, inner] of Object.entries(value as object)) visit(inner, [...place, key]);
  };
  for (const [i, arg] of args.entries()) visit(arg, [i]);
  return found;
}

function at(args: unknown, place: Place): unknown {
  return place.reduce((value, key) => (value as Record<string | number, unknown>)[key], args);
}

/** A copy of `args` in which `place` has another value, or is missing if it is undefined. */
function replaced<T>(args: T, [key, ...rest]: Place, value: unknown): T {
  const copy = (Array.isArray(args) ? [...args] : { ...args }) as Record<string | number, unknown>;
  copy[key!] = rest.length === 0 ? value : replaced(copy[key!], rest, value);
  return copy as T;
}

/**
 * The names by which a message may call a place: that of the innermost option, or of what holds an element; of the
 * options beside it, with which it must agree; and of those in it, which may be missing.
 */
function namesOf(args: readonly unknown[], place: Place, parameters: Parameters): string[] {
  const keys = (value: unknown) => (kindOf(value) === 'object' ? Object.keys(value as object) : []);
  const named = [...place];
  while (named.length > 1 && typeof named.at(-1) === 'number') named.pop();
  const beside =
    named.length === 1 || mayHaveMore(place, parameters)
      ? [...parameters, 'argument']
      : keys(at(args, named.slice(0, -1)));
  return [...beside, ...keys(at(args, place))].filter((name) => name !== undefined);
}

/** All calls with one place spoiled. */
export function spoiledCalls(args: unknown[], parameters: Parameters): SpoiledCall[] {
  const calls: SpoiledCall[] = [];
  for (const place of places(args, parameters)) {
    const value = at(args, place);
    const kind = kindOf(value);
    const names = namesOf(args, place, parameters);
    const where = place.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
    for (const [description, wrong] of [['undefined', undefined] as [string, unknown], ...garbage])
      calls.push({
        description: `${where} = ${description}`,
        args: replaced(args, place, wrong),
        place,
        names,
        hopeless: isHopeless(wrong, value, place, parameters),
        inData: mayHaveMore(place, parameters),
      });
    if (kind === 'object' && !isOpaque(value, place, parameters) && !mayHaveMore(place, parameters))
      calls.push({
        description: `${where}.unknownName = 1`,
        args: replaced(args, [...place, 'unknownName'], 1),
        place,
        names: ['unknownName'],
        hopeless: true,
        inData: false,
      });
  }
  return calls;
}

/** The names listed by the error about an unknown option. */
export function knownNames(message: string): string[] {
  return /may have ([\w, -]+); got/.exec(message)?.[1]?.split(', ') ?? [];
}
