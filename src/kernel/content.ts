// Reads fields of a request's content and checks their types, because they come from front-ends.
import type { JsonRecord } from './wire';

function read(content: JsonRecord, name: string, type: string, fallback: unknown): unknown {
  const value = content[name] ?? fallback;
  if (typeof value !== type || Array.isArray(value))
    throw new TypeError(`${name} must be a ${type}; got ${JSON.stringify(content[name])}`);
  return value;
}

/** @throws TypeError if the field is not a string. */
export function readString(content: JsonRecord, name: string): string {
  return read(content, name, 'string', undefined) as string;
}

/** @throws TypeError if the field is present and not a boolean. */
export function readBoolean(content: JsonRecord, name: string, fallback: boolean): boolean {
  return read(content, name, 'boolean', fallback) as boolean;
}

/** @throws TypeError if the field is present and not an object. */
export function readRecord(content: JsonRecord, name: string): JsonRecord {
  return read(content, name, 'object', {}) as JsonRecord;
}

/** @throws TypeError if the field is present and not a number. */
export function readNumber(content: JsonRecord, name: string, fallback: number): number {
  return read(content, name, 'number', fallback) as number;
}
