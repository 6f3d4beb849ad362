import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { linear, relu } from '../core/activations';
import { type DataSet, firstImages } from '../datasets/dataSet';
import { loadMnist } from '../datasets/mnist';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import { kaimingStd, momentPreservingStd } from '../theory/std';
import { measures, type NetworkCurve } from './curves';
import type { TrainingOptions } from './options';
import { runStream } from './streams';
import { trainEnsemble } from './trainEnsemble';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-training-'));
after(() => rmSync(folder, { recursive: true }));

/** 100 training and 30 test images of 2 × 2 pixels whose class is the brightest of the first three. */
function brightest(): DataSet {
  const random = runStream(1, 1, 1, 'order');
  const part = (n: number) => {
    const images = Uint8Array.from({ length: 4 * n }, () => random.uint32() >>> 24);
    const labels = Uint8Array.from({ length: n }, (_, i) => {
      const [a, b, c] = images.subarray(4 * i);
      return a! >= b! && a! >= c! ? 0 : b! >= c! ? 1 : 2;
    });
    return { images, labels };
  };
  return {
    name: 'brightest',
    height: 2,
    width: 2,
    channels: 1,
    classes: 3,
    train: part(100),
    test: part(30),
  };
}

const options: TrainingOptions = {
  data: brightest(),
  architecture: { activation: relu, depth: 3, width: 8, biases: 'pytorch' },
  schemes: { 's = 1': (layer) => momentPreservingStd({ ...layer, s: 1 }), Kaiming: kaimingStd },
  runs: 3,
  epochs: 3,
  batchSize: 32,
  optimizer: { learningRate: 0.1 },
  seed: 7,
};

const named = (curves: readonly NetworkCurve[]) => curves.map(({ scheme, run }) => `${scheme} ${run}`);

test('every network has a curve, training lowers the loss, and the measures fit together', async () => {
  const steps: [number, number][] = [];
  const epochs: number[] = [];
  const { curves, complete, backend } = await trainEnsemble({
    ...options,
    onProgress: (done, total) => steps.push([done, total]),
    onEpoch: (all) => epochs.push(all.length),
  });
  assert.ok(complete);
  assert.equal(backend, (await loadTensorFlow()).backend);
  assert.deepEqual(named(curves), ['s = 1 0', 'Kaiming 0', 's = 1 1', 'Kaiming 1', 's = 1 2', 'Kaiming 2']);
  for (const curve of curves) {
    for (const measure of measures) assert.equal(curve[measure].length, 4);
    assert.ok(Number.isNaN(curve.trainLoss[0]));
    assert.ok(curve.testLoss[3]! < curve.testLoss[0]!);
    assert.ok(curve.trainAccuracy[3]! >= 0 && curve.trainAccuracy[3]! <= 1);
    // accuracies are counts of 100 and of 30 images
    for (const [accuracy, images] of [
      [curve.trainAccuracy[2]!, 100],
      [curve.testAccuracy[0]!, 30],
    ] as const)
      assert.ok(Math.abs(accuracy * images - Math.round(accuracy * images)) < 1e-9);
  }
  // 6 networks, 3 epochs, 4 batches (of 32, 32, 32 and 4 images)
  assert.deepEqual(
    [steps[0], steps.at(-1)],
    [
      [0, 72],
      [72, 72],
    ],
  );
  // every program reports its epochs, the one before training too
  assert.equal(epochs.length % 4, 0);
  assert.ok(epochs.every((networks) => networks === 6));
});

// The runs beside a run can change the order in which TensorFlow adds, and so the rounding: 1e-7 a step, over 12 steps of a
// network in which it cannot grow much.
test('the results of a run do not depend on the other runs, except for rounding', async () => {
  const { curves } = await trainEnsemble(options);
  const alone = await trainEnsemble({ ...options, runs: [2], threads: 1 });
  alone.curves.forEach((curve, i) => {
    curve.testLoss.forEach((loss, epoch) => {
      assert.ok(Math.abs(loss - curves[4 + i]!.testLoss[epoch]!) < 1e-5);
    });
  });
  const other = await trainEnsemble({ ...options, runs: [2], seed: 8 });
  assert.ok(Math.abs(other.curves[0]!.testLoss[0]! - alone.curves[0]!.testLoss[0]!) > 1e-3);
});

test('a scheme receives the activation after each layer', async () => {
  for (const activationOnLogits of [false, true]) {
    const told: unknown[] = [];
    await trainEnsemble({
      ...options,
      architecture: { ...options.architecture, activationOnLogits },
      schemes: {
        spy: (layer) => {
          told.push(layer);
          return 1;
        },
      },
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(told, [
      { activation: relu, fanIn: 4, fanOut: 8 },
      { activation: relu, fanIn: 8, fanOut: 8 },
      { activation: activationOnLogits ? relu : linear, fanIn: 8, fanOut: 3 },
    ]);
  }
});

test('the schemes of a run share their draws and batches: equal standard deviations give equal networks', async () => {
  const { curves } = await trainEnsemble({ ...options, schemes: { a: kaimingStd, b: kaimingStd }, runs: 1 });
  assert.deepEqual({ ...curves[0], scheme: 'b' }, curves[1]);
});

test('interrupted training returns the full epochs; from its checkpoints it goes on to the same curves', async () => {
  for (const [name, more] of [
    ['plain', {}],
    [
      'momentum',
      { optimizer: { learningRate: 0.1, momentum: 0.5, schedule: [{ fromEpoch: 3, learningRate: 0.01 }] } },
    ],
  ] as const) {
    const training = { ...options, ...more };
    const checkpointFolder = path.join(folder, name);
    const controller = new AbortController();
    // epochs enough for a minute
    const stopped = await trainEnsemble({
      ...training,
      epochs: 10_000,
      checkpointFolder,
      signal: controller.signal,
      onEpoch: (curves) => {
        if (curves.some((curve) => curve.testLoss.length === 2)) controller.abort();
      },
    });
    assert.ok(!stopped.complete);
    const epochs = Math.max(...stopped.curves.map((curve) => curve.testLoss.length - 1));
    assert.ok(epochs > 0 && epochs < 5000, `${epochs} epochs`);
    const unbroken = await trainEnsemble({ ...training, epochs: epochs + 1 });
    stopped.curves.forEach((curve, i) => {
      for (const measure of measures)
        assert.deepEqual(curve[measure], unbroken.curves[i]![measure].slice(0, curve[measure].length));
    });
    const resumed = await trainEnsemble({ ...training, epochs: epochs + 1, checkpointFolder });
    assert.ok(resumed.complete);
    assert.deepEqual(resumed.curves, unbroken.curves);
    assert.deepEqual(readdirSync(checkpointFolder).sort(), ['run-0.ckpt', 'run-1.ckpt', 'run-2.ckpt']);
  }
});

test('a network that diverged has NaN everywhere, and the others of its run go on', async () => {
  const { curves } = await trainEnsemble({
    ...options,
    schemes: { huge: () => 1e30, Kaiming: kaimingStd },
    runs: 1,
    architecture: { ...options.architecture, activation: linear },
  });
  const [huge, other] = curves;
  for (const measure of measures) {
    assert.ok(Number.isNaN(huge![measure].at(-1)), measure);
    assert.ok(Number.isFinite(other![measure].at(-1)), measure);
  }
});

test('an aborted signal returns empty curves; damaged or foreign checkpoints are rejected', async () => {
  const { curves, complete } = await trainEnsemble({ ...options, signal: AbortSignal.abort() });
  assert.ok(!complete);
  assert.ok(curves.every((curve) => curve.trainLoss.length === 0));
  const checkpointFolder = path.join(folder, 'refused');
  await trainEnsemble({ ...options, epochs: 1, checkpointFolder });
  await assert.rejects(
    trainEnsemble({ ...options, seed: 9, checkpointFolder }),
    /run-0.ckpt was written with other settings or data; delete it or use another checkpoint folder/,
  );
  const slower = { ...options, optimizer: { learningRate: 0.01 }, checkpointFolder };
  await assert.rejects(trainEnsemble(slower), /run-0.ckpt was written with other settings or data/);
  // a different learning rate after the completed epochs is accepted
  const later = { learningRate: 0.1, schedule: [{ fromEpoch: 2, learningRate: 0.01 }] };
  const { curves: further } = await trainEnsemble({
    ...options,
    optimizer: later,
    runs: [2],
    checkpointFolder,
  });
  assert.equal(further[0]!.testLoss.length, 4);
  await assert.rejects(
    trainEnsemble({ ...options, optimizer: later, epochs: 2, runs: [2], checkpointFolder }),
    /^RangeError: epochs must be at least 3, the epochs completed in the checkpoint of run 2; got 2$/,
  );
  const file = path.join(checkpointFolder, 'run-1.ckpt');
  writeFileSync(file, readFileSync(file).subarray(0, 100));
  await assert.rejects(
    trainEnsemble({ ...options, checkpointFolder }),
    /run-1.ckpt is damaged \(.*move it away to train its run from the start/,
  );
});

// Chance is .1; a linear classifier of 3000 digits gets about .85 in the end, and each of these runs more than .75 in
// two epochs.
test('a slice of MNIST is learned', async () => {
  const { curves } = await trainEnsemble({
    data: firstImages(loadMnist(), { train: 3000, test: 1000 }),
    architecture: { activation: linear, depth: 2, width: 16 },
    schemes: { Kaiming: kaimingStd },
    runs: 2,
    epochs: 2,
    batchSize: 32,
    optimizer: { learningRate: 0.05 },
    seed: 1,
  });
  for (const { testAccuracy, deadOutputs } of curves) {
    assert.ok(testAccuracy[0]! < 0.3 && testAccuracy[2]! > 0.75, `${testAccuracy}`);
    assert.equal(deadOutputs[2], 0);
  }
});

// The same arithmetic in another order: rounding of 1e-7 a step, over 12 steps of networks in which it cannot grow much.
test('without native TensorFlow the same call returns the same curves and a warning', async (t) => {
  const native = await trainEnsemble(options);
  if (native.backend !== 'tensorflow') return t.skip('native TensorFlow does not work here');
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  const before = process.env.FRACMOMENT_TFJS;
  process.env.FRACMOMENT_TFJS = 'skip';
  try {
    const { curves, backend } = await trainEnsemble(options);
    assert.equal(backend, 'wasm');
    curves.forEach((curve, i) => {
      for (const measure of measures)
        curve[measure].slice(1).forEach((value, epoch) => {
          const expected = native.curves[i]![measure][epoch + 1]!;
          assert.ok(Math.abs(value - expected) < 1e-5, `${measure}: ${value}, ${expected}`);
        });
    });
  } finally {
    if (before === undefined) delete process.env.FRACMOMENT_TFJS;
    else process.env.FRACMOMENT_TFJS = before;
    process.off('warning', listen);
  }
  const codes = warnings.map((warning) => (warning as NodeJS.ErrnoException).code);
  assert.deepEqual(codes.filter((code) => code === 'FRACMOMENT_SLOW_TRAINING').length, 1);
});

test('bad arguments are named', async () => {
  for (const [bad, message] of [
    [{ epochs: 0 }, /^epochs must be an integer in \[1, 65536\); got 0$/],
    [{ runs: 0 }, /^runs must be an integer in/],
    [
      { runs: [] },
      /^runs must be a number in \[1, 1048576\] or a list of run numbers in \[0, 1048576\); got \[\]$/,
    ],
    [{ runs: [1, 1] }, /^runs must be distinct; got 1 twice$/],
    [{ runs: [-1] }, /^runs\[0\] must be an integer in \[0, 1048576\); got -1$/],
    [{ seed: 0.5 }, /^seed must be an integer in \[0, 2⁵³ − 1\]; got 0.5$/],
    [{ batchSize: 0 }, /^batchSize must be an integer in/],
    [{ threads: 0 }, /^threads must be an integer in/],
    [{ schemes: [kaimingStd] }, /^schemes must be an object of functions by name; got \[/],
    [{ schemes: { one: 1 } }, /^schemes\['one'\] must be a function of a layer; got 1$/],
    [{ schemes: {} }, /^schemes must have at least one scheme; got none$/],
    [{ schemes: { zero: () => 0 } }, /^schemes\['zero'\] of a layer 4 → 8 must lie in \(0, ∞\); got 0$/],
    [{ optimizer: { learningRate: 0 } }, /^optimizer.learningRate must lie in \(0, ∞\); got 0$/],
    [{ optimizer: { learningRate: 1, momentum: 1 } }, /^optimizer.momentum must lie in \[0, 1\); got 1$/],
    [
      { optimizer: { learningRate: 1, schedule: [{ fromEpoch: 0, learningRate: 1 }] } },
      /^optimizer.schedule\[0\].fromEpoch must be an integer in \(0, .*; got 0$/,
    ],
    [
      { optimizer: { learningRate: 1, schedule: { fromEpoch: 2 } } },
      /^optimizer.schedule must be a list of objects \{ fromEpoch, learningRate \}; got \{"fromEpoch":2\}$/,
    ],
    [{ pixels: null }, /^pixels must be an object \{ mean, std \}; got null$/],
    [{ pixels: { mean: 0, std: 0 } }, /^pixels.std must lie in \(0, ∞\); got 0$/],
    [{ augmentation: { padding: -1 } }, /^augmentation.padding must be an integer in \[0, .*; got -1$/],
    [
      { architecture: undefined },
      /^architecture must be an object \{ activation, depth, width, .*; got undefined$/,
    ],
    [
      { architecture: { ...options.architecture, depth: 0 } },
      /^architecture.depth must be an integer in \[1, 1000\]; got 0$/,
    ],
    [
      { architecture: { ...options.architecture, biases: 'ones' } },
      /^architecture.biases must be one of 'zero', 'pytorch'; got "ones"$/,
    ],
    [
      { architecture: { ...options.architecture, convolutions: [{ channels: 1, size: 2 }] } },
      /^architecture.convolutions\[0\].size must be an integer in \[1, 1\]; got 2$/,
    ],
    [
      { architecture: { ...options.architecture, convolutions: [null] } },
      /^architecture.convolutions must be a list of objects \{ channels, size \}; got \[null\]$/,
    ],
    [{ data: undefined }, /^data must be a data set/],
  ] as [Partial<TrainingOptions>, RegExp][])
    await assert.rejects(trainEnsemble({ ...options, ...bad }), { message });
});
