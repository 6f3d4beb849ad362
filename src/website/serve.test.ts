import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Served, serve } from './serve';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-site-'));
const root = path.join(folder, 'site');
let served: Served;
before(async () => {
  mkdirSync(path.join(root, 'sub'), { recursive: true });
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  writeFileSync(path.join(root, 'index.html'), 'start');
  writeFileSync(path.join(root, 'sub', 'index.html'), 'below');
  writeFileSync(path.join(root, 'program.wasm'), 'wasm'.repeat(1000));
  symlinkSync(path.join(folder, 'secret.txt'), path.join(root, 'linked.txt'));
  served = await serve(root);
});
after(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

interface Answer extends Pick<IncomingMessage, 'headers' | 'statusCode'> {
  body: Buffer;
}

/** Asks for a path as it is written, which fetch would normalize. */
const ask = (pathname: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const { port } = new URL(served.url);
    get({ host: '127.0.0.1', port, path: pathname, ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      const { headers, statusCode } = response;
      response.on('end', () => resolve({ headers, statusCode, body: Buffer.concat(parts) }));
    })
      .on('error', reject)
      .end();
  });

test('a file is sent with its type, and with the headers that SharedArrayBuffer needs', async () => {
  const { statusCode, headers, body } = await ask('/program.wasm');
  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'application/wasm');
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
  assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
  assert.equal(body.length, 4000);
});

test('it is compressed for those who accept that', async () => {
  const { headers, body } = await ask('/program.wasm', { headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(headers['content-encoding'], 'gzip');
  assert.ok(body.length < 100);
  assert.equal(gunzipSync(body).length, 4000);
});

test('a folder gives its index, at an address with a slash', async () => {
  assert.equal((await ask('/')).body.toString(), 'start');
  const { statusCode, headers } = await ask('/sub?a=1');
  assert.deepEqual([statusCode, headers.location], [308, '/sub/?a=1']);
  assert.equal((await ask('//sub')).headers.location, '/sub/'); // not the host `sub`
  assert.equal((await ask('/sub/')).body.toString(), 'below');
});

test('HEAD sends no body; other methods and what is no address are refused', async () => {
  const { statusCode, body } = await ask('/', { method: 'HEAD' });
  assert.deepEqual([statusCode, body.length], [200, 0]);
  assert.equal((await ask('/', { method: 'POST' })).statusCode, 405);
  assert.equal((await ask(':x')).statusCode, 400);
});

test('nothing outside the folder is sent', async () => {
  for (const pathname of [
    '/../secret.txt',
    '/sub/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/linked.txt',
    '//etc/passwd',
    '/%00',
    '/%',
    '/absent.html',
    '/index.html/',
  ])
    assert.equal((await ask(pathname)).statusCode, 404, pathname);
});

test('a taken port is an error that says so', async () => {
  await assert.rejects(serve(root, Number(new URL(served.url).port)), /cannot be served: .*EADDRINUSE/);
});
