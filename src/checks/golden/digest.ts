import { createHash } from 'node:crypto';

/** Twelve hexadecimal digits that change when the content does. */
export function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

/** Of numbers by their bytes. */
export function digestOfNumbers(values: Float32Array | Float64Array): string {
  return digest(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
