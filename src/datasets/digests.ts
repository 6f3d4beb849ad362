import * as path from 'node:path';
import { contentOf } from '../platform/files';
import { sha256 } from '../platform/sha256';

/** The file with the SHA-256 of the files beside it, as the command sha256sum writes and checks it. */
export const checksumFile = 'SHA256SUMS';

const command = `sha256sum *.bin *.txt > ${checksumFile}`;

/** The text of the checksum file for these files. */
export function formatChecksums(contents: Readonly<Record<string, string | Uint8Array>>): string {
  return Object.entries(contents)
    .map(([name, content]) => `${sha256(content)}  ${name}\n`)
    .join('');
}

/**
 * Reads the checksum file of a folder, and returns a function that throws an Error if a file of the folder does not
 * have this content or is not listed; undefined if there is no checksum file.
 */
export function readChecksums(
  folder: string,
): ((name: string, content: Uint8Array, advice: string) => void) | undefined {
  const file = path.join(folder, checksumFile);
  const content = contentOf(file);
  if (!content) return undefined;
  const text = new TextDecoder().decode(content);
  const sums = new Map([...text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)].map(([, sum, name]) => [name, sum]));
  return (name, content, advice) => {
    const sum = sums.get(name);
    if (sum === undefined)
      throw new Error(
        `${file} does not list ${name}, or is damaged; if ${name} is right, write it by: ${command}`,
      );
    const found = sha256(content);
    if (found !== sum)
      throw new Error(
        `${path.join(folder, name)} is damaged: its SHA-256 is ${found}, but ${sum} in ${checksumFile}; ${advice}`,
      );
  };
}

/** Warns that the files of a folder were loaded unchecked. */
export function warnUnchecked(folder: string): void {
  process.emitWarning(
    `${folder} has no ${checksumFile}, so damaged files there are not noticed. Write it there by: ${command}`,
    { code: 'FRACMOMENT_UNCHECKED_DATA' },
  );
}
