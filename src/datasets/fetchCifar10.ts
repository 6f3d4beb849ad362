import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { draftOf, removeLeftDrafts } from '../platform/drafts';
import { cifar10Archive, cifar10Files, loadCifar10, nameFile } from './cifar10';
import { checksumFile, formatChecksums } from './digests';

/** The address of an archive and its expected MD5. */
export interface Archive {
  address: string;
  md5: string;
}

/**
 * Installs the official CIFAR-10 files in `folder`/cifar-10-batches-bin, unless loadable files are already
 * there. They are unpacked from `folder`/cifar-10-binary.tar.gz, which is downloaded if missing, and whose
 * MD5 is checked. An interruption leaves no incomplete files, or, if the process is killed, some that the next call
 * removes.
 * @returns the folder of the files, and where those went that were there but could not be loaded
 * @throws Error if the download fails or the archive is not the official one.
 */
export async function fetchCifar10(
  folder: string,
  archive: Archive = cifar10Archive,
): Promise<{ target: string; setAside?: string }> {
  const target = path.join(folder, 'cifar-10-batches-bin');
  removeLeftDrafts(folder);
  if (canBeLoaded(target)) return { target };
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'cifar-10-binary.tar.gz');
  if (!existsSync(file)) await download(archive.address, file);
  const md5 = await md5Of(file);
  if (md5 !== archive.md5)
    throw new Error(
      `${file} is not the official archive: its MD5 must be ${archive.md5}; got ${md5}. Delete it and try again`,
    );
  const draft = draftOf(target);
  mkdirSync(draft);
  try {
    const entries = untar(gunzipSync(readFileSync(file)));
    const files: Record<string, string | Buffer> = { [nameFile]: 'CIFAR-10\n' };
    for (const name of [...cifar10Files.train, ...cifar10Files.test]) {
      const content = entries.get(`cifar-10-batches-bin/${name}`);
      if (!content) throw new Error(`${file} has no cifar-10-batches-bin/${name}`);
      files[name] = content;
    }
    files[checksumFile] = formatChecksums(files);
    for (const [name, content] of Object.entries(files)) writeFileSync(path.join(draft, name), content);
    const setAside = existsSync(target) ? freeName(`${target}-damaged`) : undefined;
    if (setAside !== undefined) renameSync(target, setAside);
    renameSync(draft, target);
    return { target, ...(setAside !== undefined && { setAside }) };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The first of NAME, NAME-2, NAME-3 … that does not exist. */
function freeName(name: string): string {
  let free = name;
  for (let i = 2; existsSync(free); i++) free = `${name}-${i}`;
  return free;
}

function canBeLoaded(folder: string): boolean {
  try {
    loadCifar10(folder);
    return true;
  } catch {
    // missing or damaged: unpacking the archive fixes both
    return false;
  }
}

async function download(address: string, file: string): Promise<void> {
  const draft = draftOf(file);
  try {
    const response = await fetch(address);
    if (!response.ok || !response.body) throw new Error(`the server responded with ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(draft));
    renameSync(draft, file);
  } catch (error) {
    throw new Error(
      `${address} cannot be downloaded (${(error as Error).message}); download it elsewhere and save it as ${file}`,
      { cause: error },
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * The regular files of a tar archive (POSIX ustar): 512-byte headers, contents padded to multiples of 512
 * bytes.
 */
function untar(archive: Buffer): Map<string, Buffer> {
  const entries = new Map<string, Buffer>();
  const text = (from: number, length: number) =>
    archive.toString('latin1', from, from + length).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    if (!Number.isSafeInteger(size)) throw new Error('the archive is damaged: an entry has no size');
    const isFile = ['', '0'].includes(text(at + 156, 1));
    if (isFile) entries.set(text(at, 100), archive.subarray(at + 512, at + 512 + size));
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return entries;
}
