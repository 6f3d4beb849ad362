import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import * as fracmoment from '../index';
import { loadTensorFlow } from '../tensorflow/index';
import type { TensorFlow } from '../tensorflow/native';
import { launchChromium } from './chromium';
import { findChromium } from './environment';
import { numbers, type TensorResults, tensors } from './results';

/*
 * The library in Chromium, bundled by esbuild as its users would, beside the same in Node.
 * npm run test:browser
 */

const root = path.resolve(__dirname, '..', '..');
const wasm = path.join(root, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');

/** What the page below puts on its global. */
interface PageGlobals {
  numbers(): ReturnType<typeof numbers>;
  tensors(backend: string): Promise<TensorResults>;
  loaded(): Promise<{ backend: string; detail: string }>;
  refused(): string;
}

const program = `
  import * as fracmoment from 'fracmoment';
  import { loadTensorFlow, registerInitializers } from 'fracmoment/tensorflow';
  import * as tf from '@tensorflow/tfjs';
  import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
  import { numbers, tensors } from './src/browser/results';
  setWasmPaths('/wasm/');
  Object.assign(globalThis, {
    numbers: () => numbers(fracmoment),
    async tensors(backend) {
      registerInitializers(tf);
      if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend) throw new Error('no backend ' + backend);
      return tensors(fracmoment, tf);
    },
    async loaded() {
      const { tf: loaded, backend, detail } = await loadTensorFlow();
      if (loaded.getBackend() !== tf.getBackend()) throw new Error('another TensorFlow.js');
      return { backend, detail };
    },
    refused() {
      try {
        fracmoment.loadMnist();
      } catch (error) {
        return error.message;
      }
    },
  });`;

/** Serves the page, its program and the WebAssembly backend. */
async function serve(script: string): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const name = path.basename(url);
    if (url === '/') response.setHeader('content-type', 'text/html').end('<script src="/page.js"></script>');
    else if (url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script);
    else if (url.startsWith('/wasm/'))
      response.setHeader('content-type', 'application/wasm').end(readFileSync(path.join(wasm, name)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

let server: Server;
let browser: Browser;
let page: Page;
const requested = new Set<string>();
const problems: string[] = [];
let workers = 0;

before(async () => {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    write: false,
    logLevel: 'error',
  });
  server = await serve(outputFiles[0]!.text);
  browser = await launchChromium(findChromium());
  page = await browser.newPage();
  page.setDefaultTimeout(300_000);
  page.on('request', (request) => requested.add(request.url()));
  page.on('worker', () => workers++);
  page.on('pageerror', ({ message }) => problems.push(message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
after(async () => {
  await browser?.close();
  server?.close();
});

const inPage = <Name extends keyof PageGlobals>(name: Name, ...args: Parameters<PageGlobals[Name]>) =>
  page.evaluate(
    ([called, given]) =>
      (globalThis as unknown as Record<string, (...all: unknown[]) => unknown>)[called](...given),
    [name, args] as const,
  ) as Promise<Awaited<ReturnType<PageGlobals[Name]>>>;

test('results in float64 are those of Node, within 1e-13', async () => {
  // V8's elementary functions differ between versions by a unit in the last place, and the law adds thousands of values
  const [ours, theirs] = await Promise.all([numbers(fracmoment), inPage('numbers')]);
  assert.deepEqual(Object.keys(theirs.relative), Object.keys(ours.relative));
  const errors = (kind: 'relative' | 'absolute') =>
    Object.entries(ours[kind]).map(([name, value]) => {
      const difference = Math.abs(theirs[kind][name]! - value);
      return {
        name,
        value,
        error: kind === 'relative' && difference > 0 ? difference / Math.abs(value) : difference,
      };
    });
  const all = [...errors('relative'), ...errors('absolute')];
  assert.ok(all.length > 150);
  assert.deepEqual(
    all.filter(({ error }) => !(error <= 1e-13)),
    [],
  );
  assert.ok(workers > 5, `${workers} Web Workers`);
  for (const worker of page.workers()) await worker.waitForEvent('close'); // none is left running
});

describe('initializers and report', () => {
  let native: TensorResults;
  before(async () => {
    native = await tensors(fracmoment, (await loadTensorFlow()).tf as TensorFlow);
  });
  for (const [backend, tolerance] of [
    ['cpu', 0],
    ['wasm', 0],
    ['webgl', 1e-5],
  ] as const)
    test(`on ${backend} they are those of Node`, async () => {
      const here = await inPage('tensors', backend);
      for (const [name, kernel] of Object.entries(native.kernels)) {
        const other = here.kernels[name]!;
        const norm = Math.hypot(...kernel);
        const difference = Math.hypot(...kernel.map((weight, i) => weight - other[i]!));
        assert.ok(difference <= tolerance * norm, `${name}: ${difference} of ${norm}`);
      }
      // float32 products in another order: 20 layers, each within a few units of 6e-8
      assert.ok(Math.abs(here.norm / native.norm - 1) < 1e-4, `${here.norm}, ${native.norm}`);
      assert.deepEqual(
        here.reports.map(({ verdict }) => verdict),
        ['vanishing', 'healthy'],
      );
      for (const [i, { logNorms }] of here.reports.entries())
        for (const [j, logNorm] of logNorms.entries())
          assert.ok(Math.abs(logNorm - native.reports[i]!.logNorms[j]!) < 1e-4, `layer ${j}: ${logNorm}`);
      assert.equal(here.leaked, 0);
    });
});

test('loadTensorFlow takes the TensorFlow.js of the page and its backend', async () => {
  const { backend, detail } = await inPage('loaded');
  assert.match(detail, new RegExp(`^the backend ${backend} of TensorFlow.js 4\\.`));
});

test('what needs Node is refused by name', async () => {
  assert.match(await inPage('refused'), /^loadMnist works in Node only: /);
});

test('nothing is requested of another host, and no error was left alone', () => {
  const foreign = [...requested].filter(
    (url) => !/^(http:\/\/127\.0\.0\.1:|blob:http:\/\/127\.0\.0\.1:)/.test(url),
  );
  assert.deepEqual(foreign, []);
  assert.deepEqual(problems, []);
});
