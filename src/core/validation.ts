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

function contains(
  { atLeast = -Infinity, above = -Infinity, atMost = Infinity, below = Infinity }: Interval,
  x: number,
) {
  return x >= atLeast && x > above && x <= atMost && x < below;
}

/** Formats a received value for an error message: short, and with its type where the type is the mistake. */
export function received(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  const text = typeof value === 'object' ? jsonOrName(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** JSON, or `String(value)` where JSON fails (cycles, big integers). */
function jsonOrName(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
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
    throw new TypeError(`${name} must be an integer in ${formatInterval(interval)}; got ${received(value)}`);
  if (!Number.isSafeInteger(value) || !contains(interval, value))
    throw new RangeError(`${name} must be an integer in ${formatInterval(interval)}; got ${value}`);
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

/**
 * @throws TypeError unless `value` is an object other than an array. `what` describes the expected object.
 */
export function requireObject(name: string, value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${name} must be ${what}; got ${received(value)}`);
}

/** @throws TypeError unless `value` is an array of objects. `what` describes them, in the plural. */
export function requireObjects(name: string, value: unknown, what: string): void {
  const isObject = (entry: unknown) => typeof entry === 'object' && entry !== null;
  if (!Array.isArray(value) || !value.every(isObject))
    throw new TypeError(`${name} must be a list of ${what}; got ${received(value)}`);
}
