import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { inspect } from 'node:util';
import { erf } from 'mathjs';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { randomStream } from '../core/random';
import { kolmogorovSmirnov } from '../estimators/kolmogorovSmirnov';
import { kaimingNormal, lyapunov, momentPreserving } from '../tensorflow/initializers';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { logNormMoments } from '../theory/logNorm';
import { kaimingStd } from '../theory/std';
import { assertHealthy, initializationReport } from './initializationReport';
import { initializeModel } from './initializeModel';
import type { TfLayersModel as LayersModel, TfTensor as Tensor } from './modelGraph';
import type { InitializationReport } from './report';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

type Layers = ReturnType<TensorFlow['sequential']>['layers'];

const stack = (...layers: Layers): LayersModel => tf.sequential({ layers });

/** Normal numbers, not from TensorFlow.js: its own generators differ between backends. */
function normals(shape: number[], seed: number): Tensor {
  const stream = randomStream(seed, 0);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => stream.normal()),
    shape,
  );
}

/** Images as MNIST's in size and range: mostly background, −1, with a bright stroke. */
function images(count: number, seed: number): Tensor {
  const stream = randomStream(seed, 1);
  const pixels = Float32Array.from({ length: count * 784 }, () =>
    stream.uniform() < 0.8 ? -1 : 2 * stream.uniform() - 1,
  );
  return tf.tensor(pixels, [count, 784]);
}

/** The authors' MNIST networks, as their code has them, but for biases: the activation follows the logits too. */
function authorsNetwork(depth: number, activation: Activation, s: number, seed: number): LayersModel {
  const model = stack(
    ...Array.from({ length: depth }, (_, i) => [
      tf.layers.dense({ units: i === depth - 1 ? 10 : 64, ...(i === 0 && { inputShape: [784] }) }),
      ...(activation === linear ? [] : [tf.layers.leakyReLU({ alpha: activation.lower })]),
    ]).flat(),
  );
  initializeModel(model, { scheme: 'momentPreserving', s, seed });
  return model;
}

for (const [name, depth, activation, s] of [
  ['ReLU', 20, relu, 0.8],
  ['Leaky ReLU', 20, leakyRelu(0.01), 1],
  ['linear', 30, linear, 1],
] as const)
  test(`the authors’ ${name} network at initialization is as predicted`, async () => {
    const networks = 12;
    const layers: number[] = [];
    const gradients: number[] = [];
    const moments: number[] = [];
    let dead = 0;
    for (let seed = 0; seed < networks; seed++) {
      const model = authorsNetwork(depth, activation, s, seed);
      const report = await initializationReport(model, { inputs: images(1, seed), s });
      assert.equal(report.verdict, 'healthy', String(report));
      assert.equal(report.layers.length, depth);
      let [change, variance] = [0, 0];
      for (const layer of report.layers) {
        assert.equal(layer.note, undefined);
        assert.notEqual(layer.asPredicted, false, String(report));
        const { measured, predicted, spread } = layer.logNorm;
        // what this layer alone adds, in units of its spread
        const ownChange = measured! - predicted! - change;
        layers.push(ownChange / Math.sqrt(spread! ** 2 - variance));
        [change, variance] = [measured! - predicted!, spread! ** 2];
        dead += layer.deadShare.measured! - layer.deadShare.predicted!;
      }
      const first = report.layers[0]!;
      gradients.push((first.gradient.measured! - first.gradient.predicted!) / first.gradient.spread!);
      moments.push(Math.log(first.moment.measured! / first.moment.predicted!));
      model.dispose();
    }
    // Layers' log-norms are independent, with mean and variance as predicted; their law is nearly normal at width 64
    // (less so at the last, width 10): 4 standard errors of mean and variance, and a Kolmogorov–Smirnov test.
    const [mean, variance] = [average(layers), average(layers.map((z) => z * z))];
    assert.ok(Math.abs(mean) < 4 / Math.sqrt(layers.length), `mean ${mean}`);
    assert.ok(Math.abs(variance - 1) < 4 * Math.sqrt(2 / layers.length) + 0.05, `variance ${variance}`);
    assert.ok(kolmogorovSmirnov(layers, (z) => (1 + erf(z / Math.SQRT2)) / 2).pValue > 0.001);
    // one gradient a network: 4 standard errors of the mean of 12
    assert.ok(Math.abs(average(gradients)) < 4 / Math.sqrt(networks), `gradients ${gradients}`);
    // after one layer the log of the moment is s times the log-norm, whose spread is below 0.15
    assert.ok(Math.abs(average(moments)) < (4 * s * 0.15) / Math.sqrt(networks));
    // with one input, a unit is dead with probability ½ under ReLU: of 1226 units a network, and 256 fresh ones a layer
    const units = networks * depth;
    assert.ok(
      Math.abs(dead / units) < 4 * 0.5 * Math.sqrt((1 / 64 + 1 / 256) / units) + 1e-12,
      `dead ${dead}`,
    );
  });

const average = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

test('backwards, the log-norm changes as forwards: a simulation of the formula', () => {
  // bias-free stacks of one width in float64, no TensorFlow; the change of the gradient's log-norm over `depth` layers
  for (const [activation, width, depth, networks] of [
    [relu, 64, 10, 60],
    [relu, 16, 10, 800],
    [linear, 16, 10, 800],
    [leakyRelu(0.3), 16, 10, 800],
    [rrelu(0.1, 0.9), 16, 10, 800],
    [dropout(relu, { rate: 0.3 }), 24, 6, 800],
  ] as const) {
    const weightStd = kaimingStd({ activation, width });
    const { lower, upper, keep, scale } = activation;
    const changes: number[] = [];
    for (let network = 0; network < networks; network++) {
      const stream = randomStream(1, network);
      const normals = (n: number, std = 1) => Float64Array.from({ length: n }, () => std * stream.normal());
      const layers: { weights: Float64Array; slopes: Float64Array }[] = [];
      let x = normals(width);
      for (let k = 0; k < depth; k++) {
        const weights = normals(width * width, weightStd);
        const g = x.map((_, i) => x.reduce((sum, xj, j) => sum + weights[i * width + j]! * xj, 0));
        const slopes = g.map((gi) => {
          const slope = gi > 0 ? 1 : lower + (upper - lower) * stream.uniform();
          return stream.uniform() < keep ? slope * scale : 0;
        });
        layers.push({ weights, slopes });
        x = g.map((gi, i) => slopes[i]! * gi);
      }
      let v = normals(width);
      const start = Math.hypot(...v);
      for (const { weights, slopes } of layers.reverse()) {
        const u = v.map((vi, i) => slopes[i]! * vi);
        v = v.map((_, j) => u.reduce((sum, ui, i) => sum + weights[i * width + j]! * ui, 0));
      }
      const change = Math.log(Math.hypot(...v) / start);
      if (Number.isFinite(change)) changes.push(change);
    }
    const { mean, variance } = logNormMoments({ activation, width });
    const [m, n] = [average(changes), changes.length];
    const sampleVariance = average(changes.map((x) => (x - m) ** 2));
    assert.ok(Math.abs(m - depth * (mean + Math.log(weightStd))) < 4 * Math.sqrt(sampleVariance / n));
    // 4 standard errors of a variance, and a tenth for the part along x that the formula neglects
    assert.ok(Math.abs(sampleVariance / (depth * variance) - 1) < 4 * Math.sqrt(2 / n) + 0.1);
  }
});

test('TensorFlow.js’ default initializer fails at depth 20, as predicted, and is fixed', async () => {
  const model = stack(
    ...Array.from({ length: 20 }, (_, i) =>
      // seeded, and as the default is: a Glorot law
      tf.layers.dense({
        units: 64,
        activation: 'relu',
        inputShape: [64],
        kernelInitializer: tf.initializers.glorotNormal({ seed: i + 1 }),
      }),
    ),
  );
  const inputs = normals([50, 64], 1);
  const report = await initializationReport(model, { inputs });
  assert.equal(report.verdict, 'vanishing');
  assert.ok(report.layers.every(({ asPredicted }) => asPredicted));
  // a cut normal of variance 0.774/64, halved by ReLU: ½ log 0.387 a layer, less the variance κ/(4 · 64) = 0.02
  const drift = 20 * (0.5 * Math.log(0.387) - 0.02);
  const { predicted, measured, spread } = report.layers.at(-1)!.logNorm;
  assert.ok(Math.abs(predicted! - report.inputLogNorm - drift) < 0.3); // weights' own deviation: 1 % a layer
  assert.ok(Math.abs(measured! - predicted!) < 4 * spread!);
  assert.equal(report.layers.at(-1)!.smallShare.measured, 1);
  assert.ok(report.layers.at(-1)!.smallShare.predicted! > 0.99);
  assert.throws(
    () => assertHealthy(report),
    /^Error: The signal is vanishing: from '.*' on, .*\nRecommended: /s,
  );
  initializeModel(model, { ...report.recommendation!, seed: 0 });
  const fixed = await initializationReport(model, { inputs });
  assert.equal(fixed.verdict, 'healthy');
  assert.equal(fixed.recommendation, undefined);
  assertHealthy(fixed);
});

/** `depth` layers of ReLU and width 32, with the kernel of `draw`. */
function plain(
  depth: number,
  draw: (layer: number) => ReturnType<TensorFlow['initializers']['zeros']>,
): LayersModel {
  return stack(
    ...Array.from({ length: depth }, (_, i) =>
      tf.layers.dense({ units: 32, activation: 'relu', inputShape: [32], kernelInitializer: draw(i) }),
    ),
  );
}

test('where s = 2 vanishes with depth, a smaller s is recommended, and does', async () => {
  const model = plain(120, (layer) => kaimingNormal({ activation: relu, seed: 4, layer }));
  const inputs = normals([8, 32], 2);
  const report = await initializationReport(model, { inputs });
  // the drift is −sν²/2 a layer, ν² ≈ 0.044: −5.3 at s = 2, and log(10)/2 at s = 0.43
  assert.equal(report.verdict, 'vanishing');
  assert.deepEqual(report.recommendation, { scheme: 'momentPreserving', s: 0.4 });
  initializeModel(model, { ...report.recommendation!, seed: 4 });
  assert.equal((await initializationReport(model, { inputs })).verdict, 'healthy');
});

test('an exploding signal, a dead one and an exploding gradient are distinguished', async () => {
  const inputs = normals([20, 32], 3);
  const verdictOf = async (model: LayersModel) => (await initializationReport(model, { inputs })).verdict;
  const scaled = (gain: number) => tf.initializers.randomNormal({ stddev: gain / Math.sqrt(32), seed: 1 });
  assert.equal(await verdictOf(plain(10, () => scaled(3))), 'exploding');
  const dying = plain(2, (layer) => kaimingNormal({ activation: relu, seed: 1, layer }));
  dying.layers[1]!.setWeights([dying.layers[1]!.getWeights()[0]!, tf.fill([32], -100)]);
  assert.equal(await verdictOf(dying), 'dead');
  assert.equal(await verdictOf(plain(2, () => tf.initializers.zeros())), 'dead');
  // saturated tanh: |x| stays near 1, while the few units with a derivative carry more than was lost
  const saturated = stack(
    ...Array.from({ length: 20 }, (_, i) =>
      tf.layers.dense({
        units: 32,
        activation: 'tanh',
        inputShape: [32],
        kernelInitializer: tf.initializers.randomNormal({ stddev: 1, seed: i + 1 }),
      }),
    ),
  );
  const report = await initializationReport(saturated, { inputs });
  assert.equal(report.verdict, 'exploding');
  assert.match(report.summary, /^The gradient is exploding/);
  assert.match(
    report.summary,
    /No scheme is recommended: the activation of '.*' and 14 more cannot be read\. Pass /,
  );
  assert.equal(report.recommendation, undefined);
  assert.match(report.summary, /No prediction for '.*' and 14 more: it has the activation tanh\./);
});

test('a signal that leaves float32, and weights that are not finite, are reported', async () => {
  const inputs = normals([4, 32], 9);
  // 32 · 4² / 2 a layer: 3e38 is passed after about 16 · log(256)/2 = 44 layers, and 1e-45 as fast with 1/4²
  const scaled = (std: number) =>
    plain(60, (layer) => tf.initializers.randomNormal({ stddev: std, seed: layer + 1 }));
  const exploding = await initializationReport(scaled(4), { inputs });
  assert.equal(exploding.verdict, 'exploding');
  assert.equal(exploding.layers.at(-1)!.note, 'its input is not finite');
  assert.deepEqual(exploding.recommendation?.scheme, 'momentPreserving');
  const vanishing = await initializationReport(scaled(0.02), { inputs });
  assert.equal(vanishing.verdict, 'vanishing');
  assert.equal(vanishing.layers.at(-1)!.note, 'its input is zero');
  const broken = plain(3, (layer) => kaimingNormal({ activation: relu, seed: 1, layer }));
  broken.layers[1]!.setWeights([tf.fill([32, 32], Number.NaN), tf.zeros([32])]);
  const report = await initializationReport(broken, { inputs });
  assert.match(
    report.summary,
    new RegExp(`^The signal is exploding: from '${broken.layers[1]!.name}' on, the .* is not finite`),
  );
  assert.match(report.summary, /its weight standard deviation is NaN\./);
  assert.deepEqual(report.recommendation, { scheme: 'kaimingNormal' });
});

test('an input that is zero is left out of what is relative to it', async () => {
  const model = plain(2, (layer) => kaimingNormal({ activation: relu, seed: 1, layer }));
  const inputs = normals([6, 32], 10);
  const zeros = tf.zeros([2, 32]);
  const [with0, without] = await Promise.all(
    [tf.concat([inputs, zeros]), inputs].map((x) => initializationReport(model, { inputs: x })),
  );
  with0!.layers.forEach(({ moment, smallShare, logNorm }, i) => {
    const expected = without!.layers[i]!;
    for (const [a, b] of [
      [moment, expected.moment],
      [smallShare, expected.smallShare],
      [logNorm, expected.logNorm],
    ] as const) {
      assert.ok(Math.abs(a.measured! - b.measured!) < 1e-5); // float32
      assert.ok(Math.abs(a.predicted! - b.predicted!) < 1e-5);
    }
  });
});

test('no scheme is recommended where none would help, and biases that prevent it are named', async () => {
  const inputs = normals([10, 32], 11);
  const layer = (seed: number, more = {}) =>
    tf.layers.dense({
      units: 32,
      activation: 'relu',
      kernelInitializer: tf.initializers.glorotNormal({ seed }),
      inputShape: [32],
      ...more,
    });
  // x + f(x), twenty times: each block multiplies the mean square by about 1.4, Kaiming's would by 2
  const input = tf.input({ shape: [32] });
  let x = input;
  for (let block = 1; block <= 20; block++)
    x = tf.layers.add({ name: `sum_${block}` }).apply([x, layer(block).apply(x)] as never) as typeof input;
  const residual = await initializationReport(tf.model({ inputs: input, outputs: x }), { inputs });
  assert.equal(residual.verdict, 'exploding');
  assert.equal(residual.recommendation, undefined);
  assert.match(
    residual.summary,
    /No scheme is recommended: where branches merge, in 'sum_1', .* and 15 more,/,
  );

  // inputs of norm 1000, which do not matter after a normalization in training
  // (with linear logits, where a loss with equal weights for all inputs would leave normalizations no gradient)
  const blocks = [1, 2].flatMap((seed) => [layer(seed), tf.layers.batchNormalization()]);
  const normalized = stack(...blocks, tf.layers.dense({ units: 10 }));
  const { verdict, summary } = await initializationReport(normalized, { inputs: inputs.mul(1000) });
  assert.equal(verdict, 'healthy');
  assert.match(summary, /^Healthy: .* within a factor of ten of its value after the last normalization;/);
  const lost = stack(
    tf.layers.dense({ units: 32, inputShape: [32] }),
    tf.layers.layerNormalization(),
    ...Array.from({ length: 12 }, (_, i) => layer(i + 1)),
  );
  const again = await initializationReport(lost, { inputs });
  assert.equal(again.verdict, 'vanishing');
  assert.match(again.summary, /below a tenth of its value after the last normalization/);
  assert.deepEqual(again.recommendation, { scheme: 'kaimingNormal' });
  initializeModel(lost, { ...again.recommendation!, seed: 1 });
  assert.equal((await initializationReport(lost, { inputs })).verdict, 'healthy');

  const dying = stack(
    layer(1),
    layer(2, { name: 'dead', biasInitializer: tf.initializers.constant({ value: -100 }) }),
  );
  const dead = await initializationReport(dying, { inputs });
  assert.equal(dead.verdict, 'dead');
  assert.match(
    dead.summary,
    / Set the biases of 'dead' to zero as well: initializeModel does not change them\./,
  );
});

test('the recommendation keeps layers that no scheme supports, and works as printed', async () => {
  const model = stack(
    tf.layers.embedding({ inputDim: 9, outputDim: 8, inputLength: 4, name: 'words' }),
    tf.layers.flatten(),
    ...Array.from({ length: 12 }, (_, i) =>
      tf.layers.dense({
        units: 32,
        activation: 'relu',
        kernelInitializer: tf.initializers.glorotNormal({ seed: i + 1 }),
      }),
    ),
  );
  const inputs = tf.tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 7, 5, 3], [3, 4]);
  const report = await initializationReport(model, { inputs });
  assert.equal(report.verdict, 'vanishing');
  assert.match(
    report.summary,
    /Recommended: initializeModel\(model, \{ scheme: 'kaimingNormal', keep: \['words'\] \}\);/,
  );
  assert.match(
    report.summary,
    /No prediction for 'words': there is no theory for layers of type Embedding\./,
  );
  initializeModel(model, { ...report.recommendation!, seed: 1, keep: ['words'] });
  assert.equal((await initializationReport(model, { inputs })).verdict, 'healthy');
});

test('dropout: in training the norm is preserved, in evaluation it shrinks, both as predicted', async () => {
  const depth = 20;
  const model = stack(
    ...Array.from({ length: depth }, () => [
      tf.layers.dense({ units: 64, activation: 'relu', inputShape: [64] }),
      tf.layers.dropout({ rate: 0.5 }),
    ]).flat(),
  );
  initializeModel(model, { scheme: 'momentPreserving', s: 1, seed: 5 });
  const inputs = normals([50, 64], 4);
  const training = await initializationReport(model, { inputs });
  assert.equal(training.verdict, 'healthy', String(training));
  assert.deepEqual({ ...training.layers[0]!.activation }, { ...dropout(relu, { rate: 0.5 }) });
  const evaluation = await initializationReport(model, { inputs, training: false });
  assert.equal(evaluation.verdict, 'vanishing');
  assert.match(evaluation.summary, /The cause is dropout: .* changes by −[567]\.\d\d over the depth/);
  assert.equal(evaluation.recommendation, undefined);
  for (const { layers } of [training, evaluation])
    for (const { asPredicted } of layers) assert.equal(asPredicted, true);
  // at s = 1 and width 64 each layer is √½ times its size in training, up to the law's own width: κ = 11 against 5
  const [fell] = [evaluation.layers.at(-1)!.logNorm.predicted! - training.layers.at(-1)!.logNorm.predicted!];
  assert.ok(Math.abs(fell - depth * (0.5 * Math.log(0.5) + (11 - 5) / (4 * 64))) < 0.1);
});

test('layers without a prediction are named, and predictions restart after them', async () => {
  const input = tf.input({ shape: [8, 8, 2] });
  const conv = tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', name: 'conv' }).apply(input);
  const flat = tf.layers.flatten().apply(conv);
  const biased = tf.layers
    .dense({ units: 16, activation: 'relu', name: 'biased', biasInitializer: 'ones' })
    .apply(flat);
  const plainLayer = tf.layers.dense({ units: 16, activation: 'relu', name: 'plain' }).apply(biased);
  const sum = tf.layers.add({ name: 'sum' }).apply([plainLayer, biased] as never);
  const after = tf.layers.dense({ units: 16, name: 'after' }).apply(sum);
  const norm = tf.layers.batchNormalization({ name: 'norm' }).apply(after);
  const relued = tf.layers.reLU().apply(norm);
  const output = tf.layers.dense({ units: 3, activation: 'softmax', name: 'output' }).apply(relued);
  const model = tf.model({ inputs: input, outputs: output as never });
  initializeModel(model, { scheme: 'lyapunov', seed: 1 });
  const inputs = normals([30, 8, 8, 2], 5);
  const averages = model
    .getLayer('norm')
    .getWeights()
    .map((weight) => Array.from(weight.dataSync()));
  await Promise.all([0, 1].map(() => initializationReport(model, { inputs }))); // concurrent calls do not interfere
  const tensors = tf.memory().numTensors;
  const report = await initializationReport(model, { inputs });
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual(
    model
      .getLayer('norm')
      .getWeights()
      .map((weight) => Array.from(weight.dataSync())),
    averages,
  );
  assert.ok(model.layers.every((layer) => !Object.hasOwn(layer, 'call')));
  assert.deepEqual(
    report.layers.map(({ name, note }) => [name, note]),
    [
      ['conv', 'its output is a feature map, whose positions share weights'],
      ['biased', 'its biases are not zero'],
      ['plain', undefined],
      ['after', 'a normalization follows it'],
      ['output', 'it is measured after its softmax activation'],
    ],
  );
  for (const { name, note } of report.layers)
    if (note) assert.match(report.summary, new RegExp(`No prediction for .*'${name}'.*: ${note}\\.`));
  assert.match(report.summary, /Branches merge in 'sum'/);
  const [, , plainReport] = report.layers;
  assert.equal(plainReport!.asPredicted, true);
  // its prediction starts from what was measured after the layer with biases: one layer's spread, √(5/(4 · 16))
  assert.ok(Math.abs(plainReport!.logNorm.spread! - Math.sqrt(5 / 64)) < 0.1);
});

test('biases as PyTorch draws them take the authors’ network out of the theory, layer by layer', async () => {
  const model = authorsNetwork(20, relu, 0.8, 1);
  for (const layer of model.layers.filter((each) => each.getClassName() === 'Dense')) {
    const [kernel, bias] = layer.getWeights() as [Tensor, Tensor];
    const bound = 1 / Math.sqrt(kernel.shape[0]!);
    layer.setWeights([kernel, tf.randomUniform(bias.shape, -bound, bound, 'float32', 1)]);
  }
  const report = await initializationReport(model, { inputs: images(10, 1) });
  for (const { note, logNorm } of report.layers) {
    assert.equal(note, 'its biases are not zero');
    assert.equal(logNorm.predicted, undefined);
    assert.ok(Number.isFinite(logNorm.measured));
  }
});

test('weights that are not independent normal draws are detected', async () => {
  const model = plain(3, (layer) => lyapunov({ activation: leakyRelu(0.01), seed: 1, layer }));
  model.layers[1]!.setWeights([tf.fill([32, 32], 0.25), tf.zeros([32])]);
  const report = await initializationReport(model, { inputs: normals([20, 32], 6) });
  assert.deepEqual(
    report.layers.map(({ asPredicted }) => asPredicted),
    [true, false, true],
  );
  assert.match(report.summary, new RegExp(`Not as predicted: '${model.layers[1]!.name}'\\.`));
});

test('a report is a table when printed, and has a chart', async () => {
  const model = plain(4, (layer) => momentPreserving({ s: 1, activation: relu, seed: 1, layer }));
  const report = await initializationReport(model, { inputs: normals([20, 32], 7) });
  const text = String(report);
  assert.equal(inspect(report), text);
  assert.match(text, /^Healthy: .*\n\nlayer +type,/s);
  assert.equal(text.match(/ Dense, 32 +ReLU +0\.2/g)?.length, 4);
  const figure = report.chart();
  assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
  const measured = figure.data.filter(({ name }) => name === 'measured').map(({ y }) => y as number[]);
  assert.equal(measured.length, 2);
  report.layers.forEach(({ logNorm, gradient }, i) => {
    assert.ok(Math.abs(measured[0]![i]! - logNorm.measured!) < 1e-3);
    assert.ok(Math.abs(measured[1]![i]! - gradient.measured!) < 1e-3);
  });
});

test('bad arguments are refused', async () => {
  const model = plain(1, () => kaimingNormal({ activation: relu, seed: 1 }));
  const inputs = normals([4, 32], 8);
  const refused = (given: unknown, options: object, message: RegExp) =>
    assert.rejects(initializationReport(given as LayersModel, { inputs, ...options } as never), message);
  await refused(model, { s: 3 }, /^RangeError: s must lie in \[0.01, 2\]; got 3$/);
  await refused(model, { training: 1 }, /^TypeError: training must be true or false; got 1$/);
  await refused(
    model,
    { inputs: undefined },
    /^TypeError: inputs must be a tensor with a batch of inputs, or a list of them; got undefined$/,
  );
  await refused(
    model,
    { inputs: [inputs, inputs] },
    /^RangeError: inputs must be one batch for each of the model's inputs \(.*\); got 2$/,
  );
  const ends = [tf.input({ shape: [32] }), tf.input({ shape: [32] })];
  const joined = tf.layers.concatenate().apply(ends) as (typeof ends)[0];
  const twoInputs = tf.model({
    inputs: ends,
    outputs: tf.layers.dense({ units: 2 }).apply(joined) as typeof joined,
  });
  for (const second of [undefined, normals([3, 32], 8)])
    await refused(
      twoInputs,
      { inputs: [inputs, second] },
      /^TypeError: inputs must be batches of the same size \(4, as the first\); got another size$/,
    );
  for (const [wrong, received] of [
    [tf.scalar(1), 'shape []'],
    [tf.zeros([0, 32]), 'shape [0,32]'],
    [new Float32Array(32), 'Float32Array(32)'],
    [[[1, 2, 3]], '[[1,2,3]]'],
    [{ first: 1 }, '{"first":1}'],
  ] as const)
    await assert.rejects(initializationReport(model, { inputs: wrong as never }), {
      name: 'TypeError',
      message: `inputs must be a tensor with a batch of inputs, or a list of them; got ${received}`,
    });
  await refused(model, { inputs: tf.zeros([4, 32]) }, /^RangeError: inputs must be finite and not all zero/);
  await refused({}, {}, /^TypeError: model must be a layers model/);
  await refused(
    stack(tf.layers.reLU({ inputShape: [32] })),
    {},
    /^Error: the model has no dense or convolutional layer$/,
  );
  assert.throws(
    () => assertHealthy({} as InitializationReport),
    /^TypeError: report must come from initializationReport/,
  );
});

test('it works with a TensorFlow.js that the user brought, on WebAssembly and on the plain backend', () => {
  const program = (load: string) => `(async () => {
    const f = require('../index.js');
    const tf = require('@tensorflow/tfjs');
    ${load}
    require('../tensorflow/index.js').registerInitializers(tf);
    const layers = [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
      tf.layers.depthwiseConv2d({ kernelSize: 3 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 3 }),
    ];
    const model = tf.sequential({ layers });
    f.initializeModel(model, { scheme: 'momentPreserving', s: 1, seed: 1 });
    const inputs = tf.tensor(Array.from({ length: 5 * 64 }, (_, i) => Math.sin(i * i)), [5, 8, 8, 1]);
    const report = await f.initializationReport(model, { inputs });
    f.assertHealthy(report);
    console.log(JSON.stringify({ backend: tf.getBackend(), layers: report.layers, summary: report.summary }));
  })();`;
  const run = (load: string) => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program(load)], {
      cwd: __dirname,
      encoding: 'utf8',
    });
    assert.ok(stdout, stderr);
    return JSON.parse(stdout) as { backend: string; layers: InitializationReport['layers']; summary: string };
  };
  const plainBackend = run(`await tf.setBackend('cpu');`);
  const wasm = run(`require('@tensorflow/tfjs-backend-wasm'); await tf.setBackend('wasm');`);
  assert.equal(plainBackend.backend, 'cpu');
  assert.equal(wasm.backend, 'wasm');
  plainBackend.layers.forEach((layer, i) => {
    // float32 either way
    assert.ok(Math.abs(layer.logNorm.measured! - wasm.layers[i]!.logNorm.measured!) < 1e-4);
    assert.equal(typeof layer.gradient.measured, 'number');
  });
  // that backend lacks the gradient of a depthwise convolution: said, and the rest is there
  assert.match(wasm.summary, /Gradients could not be measured: .*DepthwiseConv2dNativeBackpropInput/);
});
