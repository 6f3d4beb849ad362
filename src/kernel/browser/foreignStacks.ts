// Stacks of errors in Firefox and Safari, whose engines neither let programs format them nor put the message first.

type Format = (error: Error, frames: readonly string[]) => string;

/**
 * Lines such as `name@file:line:column` in the words of V8, `name (file:line:column)`. Safari does not say where in evaluated
 * code something happens.
 */
export function framesOf(stack: string): string[] {
  return stack.split('\n').flatMap((line) => {
    const end = line.lastIndexOf('@');
    const place = line.slice(end + 1);
    const name = line.slice(0, Math.max(0, end)).replace(/^async\*/, 'async ');
    if (place === '[native code]' || name === 'eval code') return [];
    return (name && place ? `${name} (${place})` : name || place) || [];
  });
}

/** Where `inspect` looks for how a value is to be shown. */
const custom = Symbol.for('nodejs.util.inspect.custom');

/** Gives every error of this program that is shown a stack as `format` makes it, as `Error.prepareStackTrace` does in V8. */
export function formatStacks(format: Format): void {
  if (new Error('x').stack?.startsWith('Error: x')) return; // V8
  const { get, set } = Object.getOwnPropertyDescriptor(Error.prototype, 'stack') ?? {};
  if (get && set) {
    Object.defineProperty(Error.prototype, 'stack', {
      configurable: true,
      set,
      get(this: Error) {
        const stack: unknown = get.call(this);
        return typeof stack === 'string' ? format(this, framesOf(stack)) : stack;
      },
    });
    return;
  }
  // in Safari it is a property of each error, so it is replaced when the error is shown
  const formatted = new WeakSet<Error>();
  Object.defineProperty(Error.prototype, custom, {
    configurable: true,
    writable: true,
    value(this: Error) {
      const own = Object.getOwnPropertyDescriptor(this, 'stack');
      if (own?.configurable && typeof own.value === 'string' && !formatted.has(this)) {
        Object.defineProperty(this, 'stack', { ...own, value: format(this, framesOf(own.value)) });
        formatted.add(this);
      }
      return this;
    },
  });
}
