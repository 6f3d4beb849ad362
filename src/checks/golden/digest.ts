import { sha256 } from '../../platform/sha256';

/** Twelve hexadecimal digits that change when the content does. */
export function digest(content: string | Uint8Array): string {
  return sha256(content).slice(0, 12);
}

/** Of numbers by their bytes. */
export function digestOfNumbers(values: Float32Array | Float64Array): string {
  return digest(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
