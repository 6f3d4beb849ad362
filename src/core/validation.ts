/** The accepted range of a number. An omitted bound is infinite. */
export interface Interval {
  /** Closed lower bound. */
  atLeast?: number;
  /** Open lower bound. */
  above?: number;
  /** Closed upper bound. */
  atMost?: number;
  /** Open upper bound. */
  below?: number;
}

function formatInterval({ atLeast, above, atMost, below }: Interval): string {
  const lower = atLeast !== undefined ? `[${atLeast}` : `(${above ?? '-∞'}`;
  const upper = atMost !== undefined ? `${atMost}]` : `${below ?? '∞'})`;
  return `${lower}, ${upper}`;
}

/** As `formatInterval`, but an omitted bound is that of the safe integers. */
function formatIntegers(interval: Interval): string {
  const [lower, upper] = formatInterval(interval).split(', ') as [string, string];
  return `${lower.replace('(-∞', '[−2⁵³ + 1')}, ${upper.replace('∞)', '2⁵³ − 1]')}`;
}

function contains(
  { atLeast = -Infinity, above = -Infinity, atMost = Infinity, below = Infinity }: Interval,
  x: number,
) {
  return x >= atLeast && x > above && x <= atMost && x < below;
}

/** Formats a received value for an error message: short, and with its type where the type is the mistake. */
export function received(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  const text =
    typeof value === 'string'
      ? JSON.stringify(value.slice(0, 80))
      : typeof value === 'object' && value !== null
        ? describeObject(value)
        : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** Whether an object is a literal, of whatever realm: not an array, a map or an instance of another class. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a value is an object with properties to read: not an array, and not an empty Map or Date. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return isPlain(value) || Object.keys(value).length > 0;
}

/** JSON of a small plain object or array; the kind of any other, whose JSON may be long or fail. */
function describeObject(value: object): string {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const { length } = value as ArrayLike<unknown>;
    if (!Array.isArray(value) || length > 20) return `${value.constructor.name}(${length})`;
  } else if (!isPlain(value)) return `[${value.constructor?.name || 'object'}]`;
  try {
    return JSON.stringify(value);
  } catch {
    return String(value); // cycles, big integers
  }
}

/**
 * Returns `value` if it is a finite number in `interval`.
 * @throws TypeError if it is not a number, RangeError if it is not finite or out of range.
 */
export function requireNumber(name: string, value: unknown, interval: Interval = {}): number {
  if (typeof value !== 'number')
    throw new TypeError(`${name} must be a number in ${formatInterval(interval)}; got ${received(value)}`);
  if (!Number.isFinite(value) || !contains(interval, value))
    throw new RangeError(`${name} must lie in ${formatInterval(interval)}; got ${value}`);
  return value;
}

/**
 * Returns `value` if it is an integer in `interval`.
 * @throws TypeError if it is not a number, RangeError if it is not a safe integer or out of range.
 */
export function requireInteger(name: string, value: unknown, interval: Interval = {}): number {
  if (typeof value !== 'number')
    throw new TypeError(`${name} must be an integer in ${formatIntegers(interval)}; got ${received(value)}`);
  if (!Number.isSafeInteger(value) || !contains(interval, value))
    throw new RangeError(`${name} must be an integer in ${formatIntegers(interval)}; got ${value}`);
  return value;
}

/**
 * Returns `value` if it is one of `choices`.
 * @throws RangeError listing the choices.
 */
export function requireOneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw new RangeError(
      `${name} must be one of ${choices.map((c) => `'${c}'`).join(', ')}; got ${received(value)}`,
    );
  return found;
}

/** A seed for results that need not be reproducible, or whose seed can be read back. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 53);
}

/** Returns `value` if it is a seed, or the number of a random stream: an integer in [0, 2⁵³ − 1]. */
export function requireSeed(value: unknown, name = 'seed'): number {
  return requireInteger(name, value, { atLeast: 0 });
}

/** @throws TypeError unless `value` is true or false. */
export function requireBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw new TypeError(`${name} must be true or false; got ${received(value)}`);
  return value;
}

/** @throws TypeError unless `value` is a non-empty string. */
export function requireText(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${name} must be a non-empty string; got ${received(value)}`);
  return value;
}

/** @throws TypeError unless `value` is a function. */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function; got ${received(value)}`);
}

/**
 * Returns `options` if it is an object without other names than those `known`, so that a misspelt option is not
 * ignored.
 * @throws TypeError naming the unknown name and those known.
 */
export function requireOptions<T>(name: string, options: T, known: readonly string[]): T {
  if (!isRecord(options))
    throw new TypeError(`${name} must be an object { ${known.join(', ')} }; got ${received(options)}`);
  for (const key of Object.keys(options))
    if (!known.includes(key) && options[key] !== undefined)
      throw new TypeError(`${name} may have ${known.join(', ')}; got ${received(key)}`);
  return options;
}

/** How to stop and follow what runs long: the options `signal` and `onProgress`. */
export function requireControl({ signal, onProgress }: { signal?: unknown; onProgress?: unknown }): void {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`signal must be an AbortSignal; got ${received(signal)}`);
  if (onProgress !== undefined) requireFunction('onProgress', onProgress);
}

/** @throws TypeError unless `value` is a plain or typed array. `what` describes its elements. */
export function requireArray(name: string, value: unknown, what: string): void {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof DataView)))
    throw new TypeError(`${name} must be an array of ${what}; got ${received(value)}`);
}

/** @throws TypeError unless `values` is a plain or typed array of numbers, NaN and infinities included. */
export function requireNumbers(name: string, values: ArrayLike<unknown>): void {
  requireArray(name, values, 'numbers');
  for (let i = 0; i < values.length; i++)
    if (typeof values[i] !== 'number')
      throw new TypeError(`${name}[${i}] must be a number; got ${received(values[i])}`);
}

/**
 * @throws TypeError unless `value` is an object other than an array. `what` describes the expected object.
 */
export function requireObject(name: string, value: unknown, what: string): void {
  if (!isRecord(value)) throw new TypeError(`${name} must be ${what}; got ${received(value)}`);
}

/** @throws TypeError unless `value` is an array of objects. `what` describes them, in the plural. */
export function requireObjects(name: string, value: unknown, what: string): void {
  const isObject = (entry: unknown) => typeof entry === 'object' && entry !== null;
  if (!Array.isArray(value) || !value.every(isObject))
    throw new TypeError(`${name} must be a list of ${what}; got ${received(value)}`);
}
