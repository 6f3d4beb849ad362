import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { loadTensorFlow } from './loadTensorFlow';

/** Runs a program in a separate process, with this folder's modules, and returns its JSON output. */
function outcome(program: string, mode: string, { quiet = true } = {}): unknown {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '-e',
      `(async () => { const { loadTensorFlow } = require('./loadTensorFlow');
        const initializers = require('./initializers'); ${program} })()
        .then((value) => console.log(JSON.stringify(value)), (error) => console.log(JSON.stringify(String(error))));`,
    ],
    { encoding: 'utf8', cwd: __dirname, env: { ...process.env, FRACMOMENT_TFJS: mode } },
  );
  if (quiet) assert.equal(stderr, '');
  return JSON.parse(stdout);
}

let nativeReason: string | false = 'not tried';
before(() => {
  const result = outcome('return (await loadTensorFlow()).detail', 'auto') as string;
  nativeReason = result === 'native TensorFlow' ? false : result;
});

const hideNative = `const Module = require('module'), resolve = Module._resolveFilename;
  Module._resolveFilename = function (name, ...rest) {
    if (name === '@tensorflow/tfjs-node') throw new Error('hidden by the test');
    return resolve.call(this, name, ...rest);
  };`;

/** Weights of every scheme and kernel shape, and what a layer computes with them, on the backend of `tf`. */
const computed = `
  const relu = { lower: 0, upper: 0, keep: 1, scale: 1 };
  const { momentPreserving, kaimingNormal, xavierNormal, randomWalk, lyapunov } = initializers;
  const drawn = [
    momentPreserving({ s: 1, activation: relu, seed: 0 }).apply([40, 30]),
    momentPreserving({ s: 1, activation: relu, seed: 0, layer: 1, depthwise: true }).apply([3, 3, 8, 16]),
    kaimingNormal({ activation: relu, seed: 1 }).apply([5, 4, 30]),
    xavierNormal({ seed: 2 }).apply([3, 3, 4, 10]),
    randomWalk({ activation: relu, seed: 3 }).apply([2, 2, 2, 4, 5]),
    lyapunov({ activation: relu, seed: 4 }).apply([40, 30]),
  ];
  const hash = require('crypto').createHash('sha256');
  for (const tensor of drawn) hash.update(new Uint8Array(tensor.dataSync().buffer.slice(0)));
  const dense = tf.layers.dense({ units: 20, kernelInitializer: momentPreserving({ s: 1, activation: relu, seed: 9 }) });
  const [output] = dense.apply(tf.ones([1, 50])).dataSync();
  return { backend: tf.getBackend(), hash: hash.digest('hex'), output: output.toFixed(5), first: drawn[0].dataSync()[0] };`;

test('the same seeds give the same weights on every backend, ours or brought along', (t) => {
  const backends = {
    tensorflow: outcome(`const { tf } = await loadTensorFlow(); ${computed}`, 'auto'),
    wasm: outcome(`const { tf } = await loadTensorFlow(); ${computed}`, 'skip'),
    'wasm, brought along': outcome(
      `const tf = require('@tensorflow/tfjs'); require('@tensorflow/tfjs-backend-wasm');
      await tf.setBackend('wasm'); require('./registry.js').registerInitializers(tf); ${computed}`,
      'auto',
    ),
    'cpu, brought along': outcome(
      `const tf = { ...require('@tensorflow/tfjs-core'), ...require('@tensorflow/tfjs-layers') };
      require('@tensorflow/tfjs-backend-cpu'); await tf.setBackend('cpu');
      require('./registry.js').registerInitializers(tf); ${computed}`,
      'auto',
      { quiet: false }, // the plain backend recommends tfjs-node on stderr
    ),
  } as Record<string, { backend: string; hash: string; output: string; first: number }>;
  if (nativeReason) {
    t.diagnostic(`native TensorFlow is not compared: ${nativeReason}`);
    delete backends.tensorflow;
  }
  const expected = backends.wasm!;
  for (const [name, result] of Object.entries(backends)) {
    assert.equal(result.backend, name.split(',')[0]);
    assert.deepEqual({ ...result, backend: '' }, { ...expected, backend: '' });
  }
  // the streams are part of the interface: a change of these weights changes everybody's results
  assert.equal(expected.first, 0.18670085072517395);
});

test('there is one TensorFlow.js: the native one’s own object', async (t) => {
  if (nativeReason) return t.skip(nativeReason);
  const [first, second] = await Promise.all([loadTensorFlow(), loadTensorFlow()]);
  assert.equal(first, second);
  assert.equal(first.tf, require('@tensorflow/tfjs-node'));
  assert.equal(first.backend, first.tf.getBackend());
});

test('where native TensorFlow cannot be loaded, WebAssembly is, and says why', () => {
  assert.deepEqual(
    outcome(
      `${hideNative} const { backend, detail } = await loadTensorFlow(); return { backend, detail };`,
      'auto',
    ),
    {
      backend: 'wasm',
      detail:
        'WebAssembly: native TensorFlow cannot be loaded (hidden by the test); to install it, run: npx fracmoment setup',
    },
  );
});

test('FRACMOMENT_TFJS decides', () => {
  const load = 'const { backend, detail } = await loadTensorFlow(); return { backend, detail };';
  assert.deepEqual(outcome(load, 'skip'), {
    backend: 'wasm',
    detail: 'WebAssembly: requested by FRACMOMENT_TFJS=skip',
  });
  assert.equal(
    outcome(hideNative + load, 'required'),
    'Error: native TensorFlow cannot be loaded: hidden by the test',
  );
  assert.equal(
    outcome(load, 'maybe'),
    `RangeError: FRACMOMENT_TFJS must be one of 'auto', 'required', 'skip'; got "maybe"`,
  );
});

test('a failed load is tried again', () => {
  const program = `process.env.FRACMOMENT_TFJS = 'maybe';
    const failed = await loadTensorFlow().catch(() => 'failed');
    process.env.FRACMOMENT_TFJS = 'skip';
    return [failed, (await loadTensorFlow()).backend];`;
  assert.deepEqual(outcome(program, 'auto'), ['failed', 'wasm']);
});
