import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { registerInitializers } from '../tensorflow/registry';
import { initializationReport } from './initializationReport';
import { normals, weightsOf } from './models.testData';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

test('recurrent layers keep their states, and no tensor is left', async () => {
  const lstm = (more = {}) =>
    tf.layers.lstm({ units: 3, returnSequences: true, dropout: 0.5, recurrentDropout: 0.5, ...more });
  const model = tf.sequential({
    layers: [
      tf.layers.inputLayer({ batchInputShape: [2, 4, 5] }),
      tf.layers.bidirectional({ layer: lstm() as never, mergeMode: 'concat' }),
      lstm({ stateful: true }),
      tf.layers.gru({ units: 3, stateful: true }),
      tf.layers.dense({ units: 4, activation: 'relu' }),
    ],
  });
  const inputs = normals([2, 4, 5], 1);
  tf.tidy(() => model.predict(inputs));
  const states = () =>
    [2, 3].map((i) =>
      (model.layers[i] as unknown as { states: (typeof inputs)[] }).states.map((state) =>
        Array.from(state.dataSync()),
      ),
    );
  const [before, tensors, weights] = [states(), tf.memory().numTensors, weightsOf(model)];
  assert.ok(before.flat(2).some((x) => x !== 0));
  const reports: string[] = [];
  for (const training of [true, false, true]) {
    reports.push(String(await initializationReport(model, { inputs, training })));
    assert.deepEqual(states(), before);
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(weightsOf(model), weights);
  }
  assert.equal(reports[0], reports[2]);
});

test('weights, averages and constrained kernels are the same, bit for bit, although a scheme was tried', async () => {
  const dense = () =>
    tf.layers.dense({
      units: 8,
      activation: 'relu',
      inputShape: [8],
      kernelConstraint: tf.constraints.unitNorm({ axis: 0 }),
      kernelInitializer: tf.initializers.randomNormal({ stddev: 0.01, seed: 1 }),
    });
  const model = tf.sequential({
    layers: [dense(), tf.layers.batchNormalization(), dense(), dense(), dense(), dense()],
  });
  const inputs = normals([5, 8], 1);
  const [weights, tensors] = [weightsOf(model), tf.memory().numTensors];
  const { verdict } = await initializationReport(model, { inputs });
  assert.equal(verdict, 'vanishing');
  assert.deepEqual(weightsOf(model), weights);
  assert.equal(tf.memory().numTensors, tensors);
});

test('two reports with one seed agree on random layers; another seed differs', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 16, inputShape: [8] }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 16, activation: 'relu' }),
      tf.layers.gaussianNoise({ stddev: 1 }),
      tf.layers.alphaDropout({ rate: 0.2 }),
      tf.layers.gaussianDropout({ rate: 0.2 }),
      tf.layers.dense({ units: 4 }),
    ],
  });
  const inputs = normals([5, 8], 1);
  const { random } = Math;
  const report = async (seed?: number) =>
    String(await initializationReport(model, { inputs, ...(seed !== undefined && { seed }) }));
  assert.equal(await report(), await report(0));
  assert.equal(await report(7), await report(7));
  assert.notEqual(await report(7), await report(8));
  assert.equal(Math.random, random);
  await assert.rejects(report(-1), /^RangeError: seed must be an integer/);
});

test('a layer that fails leaves the model and the random numbers as they were', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [8] })] });
  const { random } = Math;
  const [weights, tensors] = [weightsOf(model), tf.memory().numTensors];
  const wrong = normals([5, 7], 1);
  await assert.rejects(initializationReport(model, { inputs: wrong }));
  wrong.dispose();
  assert.equal(Math.random, random);
  assert.deepEqual(weightsOf(model), weights);
  assert.equal(tf.memory().numTensors, tensors);
});

test('dead units by channel, wherever a layer has its channels', async () => {
  for (const dataFormat of ['channelsFirst', 'channelsLast'] as const) {
    const conv = tf.layers.conv2d({
      filters: 4,
      kernelSize: 3,
      activation: 'relu',
      dataFormat,
      inputShape: dataFormat === 'channelsFirst' ? [2, 8, 8] : [8, 8, 2],
    });
    const model = tf.sequential({ layers: [conv, tf.layers.flatten(), tf.layers.dense({ units: 2 })] });
    conv.setWeights([conv.getWeights()[0]!, tf.tensor1d([0, -100, 0, -100])]);
    const inputs = normals([5, ...(conv.batchInputShape.slice(1) as number[])], 1);
    const { layers } = await initializationReport(model, { inputs });
    assert.equal(layers[0]!.deadShare.measured, 0.5);
  }
});

test('a layer of a million inputs is reported within the memory of a few passes', async () => {
  const size = 2 ** 20;
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, activation: 'relu', inputShape: [size], kernelInitializer: 'heUniform' }),
    ],
  });
  const inputs = normals([3, size], 1);
  let largest = 0;
  const tensor = (...args: Parameters<typeof tf.tensor>) => {
    const made = tf.tensor(...args);
    largest = Math.max(largest, made.size);
    return made;
  };
  registerInitializers({ ...tf, tensor } as TensorFlow);
  const { layers } = await initializationReport(model, { inputs });
  registerInitializers(tf);
  // of three inputs, all are negative with probability 1/8: for 256 units within 4 standard errors
  assert.ok(Math.abs(layers[0]!.deadShare.predicted! - 1 / 8) < 4 * Math.sqrt(((1 / 8) * (7 / 8)) / 256));
  assert.ok(largest <= 4 * size, `a tensor of ${largest} numbers`);
});
