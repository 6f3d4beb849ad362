import { received } from '../validation';

/** @throws TypeError unless `value` is an object; `what` says which. */
export function requireObject(name: string, value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${name} must be ${what}; got ${received(value)}`);
}
