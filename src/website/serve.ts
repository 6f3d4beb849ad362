import { realpathSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The media types of the files of a site; what compresses well is sent compressed. */
const types: Readonly<Record<string, { type: string; compresses?: true }>> = {
  '.css': { type: 'text/css; charset=utf-8', compresses: true },
  '.gz': { type: 'application/gzip' },
  '.html': { type: 'text/html; charset=utf-8', compresses: true },
  '.ico': { type: 'image/x-icon' },
  '.ipynb': { type: 'application/json', compresses: true },
  '.js': { type: 'text/javascript; charset=utf-8', compresses: true },
  '.json': { type: 'application/json', compresses: true },
  '.map': { type: 'application/json', compresses: true },
  '.mjs': { type: 'text/javascript; charset=utf-8', compresses: true },
  '.png': { type: 'image/png' },
  '.svg': { type: 'image/svg+xml', compresses: true },
  '.ts': { type: 'text/plain; charset=utf-8', compresses: true },
  '.txt': { type: 'text/plain; charset=utf-8', compresses: true },
  '.wasm': { type: 'application/wasm', compresses: true },
  '.webmanifest': { type: 'application/manifest+json', compresses: true },
  '.woff': { type: 'font/woff' },
  '.woff2': { type: 'font/woff2' },
};

/** Sent with every file. The first two let pages use SharedArrayBuffer. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** What is below the address of a version changes with it: a visit asks once for what it needs. */
const ofVersion = /^\/lite\/[^/]+\//;

/** A running server. */
export interface Served {
  /** The address of the folder, such as `http://127.0.0.1:8000/`. */
  url: string;
  /** Ends the server and its connections. */
  close(): Promise<void>;
}

/**
 * Serves the files of a folder, its own and those below it, on the loopback interface. They are compressed before, so that no
 * visitor waits for it: a second for a whole site.
 * @param port 0 for a free one
 * @throws Error if the port is taken
 */
export async function serve(folder: string, port = 0): Promise<Served> {
  const root = realpathSync(folder);
  const compressed = keepCompressed();
  const files = (await readdir(root, { recursive: true })).map((file) => path.join(root, file));
  const isFile = (file: string) => statSync(file, { throwIfNoEntry: false })?.isFile();
  await Promise.all(files.filter((file) => typeOf(file).compresses && isFile(file)).map(compressed));
  const server = createServer((request, response) => void answer(root, compressed, request, response));
  await new Promise<void>((resolve, reject) => {
    server.on('error', ({ message }) => reject(new Error(`the site cannot be served: ${message}`)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function typeOf(file: string): { type: string; compresses: boolean } {
  const { type, compresses = false } = types[path.extname(file)] ?? { type: 'application/octet-stream' };
  return { type, compresses };
}

/** Compresses files; what has been compressed is kept until the file changes. */
function keepCompressed(): (file: string) => Promise<Buffer> {
  const kept = new Map<string, { time: number; bytes: Promise<Buffer> }>();
  return (file) => {
    const time = statSync(file).mtimeMs;
    const known = kept.get(file);
    if (known?.time === time) return known.bytes;
    const bytes = readFile(file).then(promisify(gzip));
    kept.set(file, { time, bytes });
    bytes.catch(() => kept.delete(file));
    return bytes;
  };
}

async function answer(
  root: string,
  compressed: (file: string) => Promise<Buffer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = (status: number, text: string) =>
    response.writeHead(status, { ...headers, 'content-type': 'text/plain' }).end(text);
  if (request.method !== 'GET' && request.method !== 'HEAD') return void refuse(405, 'only GET and HEAD');
  const asked = `http://127.0.0.1${request.url?.replace(/^\/+/, '/')}`;
  if (!URL.canParse(asked)) return void refuse(400, 'no such address');
  const { pathname, search } = new URL(asked);
  const found = find(root, pathname);
  if (found === undefined) return void refuse(404, 'no such file');
  // relative links of a folder's index need the slash
  if (found === 'folder') return void response.writeHead(308, { location: `${pathname}/${search}` }).end();
  const { type, compresses } = typeOf(found);
  const compress = compresses && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  let bytes: Buffer;
  try {
    bytes = await (compress ? compressed(found) : readFile(found));
  } catch {
    return void refuse(404, 'no such file'); // it has gone meanwhile
  }
  response.writeHead(200, {
    ...headers,
    'cache-control': ofVersion.test(pathname) ? 'max-age=600' : 'no-cache',
    'content-type': type,
    vary: 'accept-encoding',
    'content-length': bytes.length,
    ...(compress && { 'content-encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** The file below the root that a path names, or that the path names a folder without its slash. */
function find(root: string, pathname: string): string | 'folder' | undefined {
  try {
    const named = path.join(root, decodeURIComponent(pathname));
    const file = realpathSync(pathname.endsWith('/') ? path.join(named, 'index.html') : named);
    if (file !== root && !file.startsWith(root + path.sep)) return undefined;
    return statSync(file).isDirectory() ? 'folder' : file;
  } catch {
    return undefined; // not there, or not a path
  }
}
