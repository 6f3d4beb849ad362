import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { randomStream } from '../core/random';
import type { TensorFlow } from './native';
import { fixWasmKernels } from './wasmKernels';

// a TensorFlow.js of this file's own, with both backends: the plain one is the oracle
const tf = require('@tensorflow/tfjs') as TensorFlow;
require('@tensorflow/tfjs-backend-wasm');

type Tensor = ReturnType<TensorFlow['tensor']>;

before(async () => {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  assert.ok(await tf.setBackend('wasm'));
  fixWasmKernels(tf);
});

function normals(shape: number[], stream: number): Tensor {
  const random = randomStream(1, stream);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

/** The results of `compute` on WebAssembly and on the plain backend; both use float32 and agree to 1e-5. */
async function assertSame(compute: () => Tensor): Promise<void> {
  const values: number[][] = [];
  for (const backend of ['wasm', 'cpu']) {
    assert.ok(await tf.setBackend(backend));
    assert.equal(tf.getBackend(), backend);
    const before = tf.memory().numTensors;
    values.push(Array.from(tf.tidy(compute).dataSync()));
    assert.equal(tf.memory().numTensors, before + 1);
  }
  const [wasm, plain] = values as [number[], number[]];
  assert.equal(wasm.length, plain.length);
  const scale = Math.max(...plain.map(Math.abs));
  wasm.forEach((x, i) => {
    assert.ok(Math.abs(x - plain[i]!) < 1e-5 * scale, `${x}, ${plain[i]}`);
  });
}

for (const transposeA of [false, true])
  for (const transposeB of [false, true])
    for (const batch of [[], [3], [2, 3]])
      test(`a matrix product, transposed ${transposeA}, ${transposeB}, batch [${batch}]`, () =>
        assertSame(() =>
          tf.matMul(
            normals([...batch, ...(transposeA ? [6, 5] : [5, 6])], 0),
            normals([...batch, ...(transposeB ? [7, 6] : [6, 7])], 1),
            transposeA,
            transposeB,
          ),
        ));

test('a matrix product whose transposition moves nothing', () =>
  assertSame(() => tf.matMul(normals([1, 5], 0), normals([1, 5], 1), false, true)));

const convolutions: [pad: 'same' | 'valid' | number, strides: number | [number, number]][] = [
  ['valid', 1],
  ['same', 1],
  ['same', 2],
  ['valid', [1, 3]],
  [1, 2],
];
for (const [pad, strides] of convolutions)
  test(`the gradient of a convolution’s kernel, padding ${pad}, strides ${strides}`, () =>
    assertSame(() => {
      const image = normals([3, 9, 8, 2], 0) as ReturnType<TensorFlow['tensor4d']>;
      const loss = (kernel: Tensor) =>
        tf
          .conv2d(
            image,
            kernel as typeof image,
            strides,
            pad,
            'NHWC',
            1,
            typeof pad === 'number' ? 'floor' : undefined,
          )
          .square()
          .sum() as ReturnType<TensorFlow['scalar']>;
      return tf.grad(loss)(normals([3, 4, 2, 5], 1));
    }));

test('training a convolutional network takes the same steps as on the plain backend', async () => {
  const losses: number[][] = [];
  for (const backend of ['wasm', 'cpu']) {
    assert.ok(await tf.setBackend(backend));
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3 }),
      ],
    });
    model.setWeights(model.getWeights().map((weight, i) => normals(weight.shape, i).mul(0.2)));
    model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
    const { history } = await model.fit(normals([32, 8, 8, 1], 8), normals([32, 3], 9), {
      epochs: 5,
      shuffle: false,
      verbose: 0,
    });
    losses.push(history.loss as number[]);
  }
  const [wasm, plain] = losses as [number[], number[]];
  assert.ok(wasm.at(-1)! < wasm[0]!);
  // float32 sums in another order: five steps of descent magnify 1e-7 little
  wasm.forEach((loss, i) => {
    assert.ok(Math.abs(loss - plain[i]!) < 1e-5 * plain[i]!);
  });
});
