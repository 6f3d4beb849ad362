/** Where a notebook kernel keeps what it offers to the library, as a property of the global object. */
export const cellHost = Symbol.for('fracmoment.cell');

/**
 * Returns the AbortSignal of the running notebook cell, which is aborted when the cell is interrupted. Pass
 * it to your own asynchronous code; it is the default of every `signal` option of this package.
 * @returns the signal, or undefined outside this package's kernel.
 * @example
 * cellSignal() // undefined
 */
export function cellSignal(): AbortSignal | undefined {
  const host = (globalThis as { [cellHost]?: { readonly signal: AbortSignal | undefined } })[cellHost];
  return host?.signal;
}
