import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { erf } from 'mathjs';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { kolmogorovSmirnov } from '../estimators/kolmogorovSmirnov';
import {
  kaimingStd,
  type LayerSize,
  lyapunovStd,
  momentPreservingStd,
  randomWalkStd,
  xavierStd,
} from '../theory/std';
import {
  type InitializerOptions,
  kaimingNormal,
  lyapunov,
  momentPreserving,
  randomWalk,
  xavierNormal,
} from './initializers';
import { loadTensorFlow } from './loadTensorFlow';
import type { TensorFlow } from './native';
import { registerInitializers } from './registry';
import type { Initializer } from './structure';

type Tensor = ReturnType<TensorFlow['tensor']>;

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

type Layer = InstanceType<TensorFlow['layers']['Layer']>;

/** The values of the layer's first kernel, once it is built for inputs of `inputShape`. */
function kernelOf(layer: Layer, inputShape: number[]): { shape: (number | null)[]; values: Float32Array } {
  layer.build([null, ...inputShape]);
  const kernel = layer.getWeights()[0]!;
  return { shape: kernel.shape, values: kernel.dataSync() as Float32Array };
}

/** Every scheme with its weight standard deviation for a kernel of this fan-in and width. */
const everyScheme: [
  string,
  (o: InitializerOptions) => Initializer,
  (fanIn: number, fanOut: number) => number,
][] = [
  [
    'momentPreserving',
    (options) => momentPreserving({ s: 1, activation: leakyRelu(0.1), ...options }),
    (fanIn, fanOut) => momentPreservingStd({ s: 1, activation: leakyRelu(0.1), fanIn, fanOut }),
  ],
  [
    'kaimingNormal',
    (options) => kaimingNormal({ activation: leakyRelu(0.2), ...options }),
    (fanIn, fanOut) => kaimingStd({ activation: leakyRelu(0.2), fanIn, fanOut }),
  ],
  [
    'randomWalk',
    (options) => randomWalk({ activation: linear, ...options }),
    (fanIn, fanOut) => randomWalkStd({ activation: linear, fanIn, fanOut }),
  ],
  [
    'lyapunov',
    (options) => lyapunov({ activation: leakyRelu(0.01), ...options }),
    (fanIn, fanOut) => lyapunovStd({ activation: leakyRelu(0.01), fanIn, fanOut }),
  ],
];

/** Every kind of kernel: a layer that has one, and the kernel's shape, fan-in and width in TensorFlow.js' layout. */
const everyKernel: [
  name: string,
  layer: (kernel: (options: InitializerOptions) => Initializer) => Layer,
  inputs: number[],
  shape: number[],
  fanIn: number,
  fanOut: number,
][] = [
  [
    'dense',
    (kernel) => tf.layers.dense({ units: 60, kernelInitializer: kernel({ seed: 5 }) }),
    [150],
    [150, 60],
    150,
    60,
  ],
  [
    'conv1d',
    (kernel) => tf.layers.conv1d({ filters: 60, kernelSize: 5, kernelInitializer: kernel({ seed: 5 }) }),
    [9, 30],
    [5, 30, 60],
    150,
    60,
  ],
  [
    'conv2d',
    (kernel) => tf.layers.conv2d({ filters: 40, kernelSize: [3, 5], kernelInitializer: kernel({ seed: 5 }) }),
    [9, 9, 20],
    [3, 5, 20, 40],
    300,
    40,
  ],
  [
    'conv3d',
    (kernel) => tf.layers.conv3d({ filters: 40, kernelSize: 3, kernelInitializer: kernel({ seed: 5 }) }),
    [9, 9, 9, 10],
    [3, 3, 3, 10, 40],
    270,
    40,
  ],
  [
    'depthwise',
    (kernel) =>
      tf.layers.depthwiseConv2d({
        kernelSize: 5,
        depthMultiplier: 4,
        depthwiseInitializer: kernel({ seed: 5, depthwise: true }),
      }),
    [9, 9, 100],
    [5, 5, 100, 4],
    25,
    400,
  ],
];

for (const [kind, layer, inputs, shape, fanIn, fanOut] of everyKernel) {
  for (const [scheme, create, std] of everyScheme) {
    test(`${scheme}: a ${kind} kernel is normal, with the standard deviation of theory`, () => {
      const { shape: actual, values } = kernelOf(layer(create), inputs);
      assert.deepEqual(actual, shape);
      const sigma = std(fanIn, fanOut);
      const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
      // the mean of n squared normals has relative variance 2/n: 4 standard errors allowed
      assert.ok(Math.abs(variance / sigma ** 2 - 1) < 4 * Math.sqrt(2 / values.length));
      // not truncated: the whole law is normal (float32 rounds by 1e-7, no matter beside 1/√n)
      assert.ok(kolmogorovSmirnov(values, (x) => (1 + erf(x / sigma / Math.SQRT2)) / 2).pValue > 0.001);
    });
  }

  test(`xavierNormal: a ${kind} kernel has the customary fans`, () => {
    const { values } = kernelOf(layer(xavierNormal), inputs);
    const positions = shape.slice(0, -2).reduce((product, size) => product * size, 1);
    // an input of a depthwise layer reaches the outputs of its own channel
    const expected = 2 / (fanIn + positions * shape.at(-1)!);
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    assert.ok(Math.abs(variance / expected - 1) < 4 * Math.sqrt(2 / values.length));
  });
}

test('TensorFlow.js’ own heNormal has 0.774 times its variance, ours all of it', () => {
  // oracle: a normal cut at ±2 σ has variance σ² (1 − 4 φ(2)/(2Φ(2) − 1)) = 0.7737 σ²
  const kept = 1 - (4 * Math.exp(-2)) / Math.sqrt(2 * Math.PI) / erf(Math.SQRT2);
  const scaled = (initializer: { apply(shape: number[]): Tensor }) =>
    200 * tf.tidy(() => tf.moments(initializer.apply([200, 1000])).variance.dataSync()[0]!);
  // 200 000 values: the relative standard error of the variance is 0.003 for a normal, less for a cut one
  assert.ok(Math.abs(scaled(tf.initializers.heNormal({ seed: 1 })) - 2 * kept) < 0.025);
  assert.ok(Math.abs(scaled(kaimingNormal({ activation: relu, seed: 1 })) - 2) < 0.025);
  assert.ok(Math.abs(2 * kept - 1.547) < 0.001);
});

test('momentPreserving preserves the moment of order s in dense and convolutional layers', () => {
  // An output place's norm per √width against its patch's norm per √fanIn, at order s, over fresh kernels.
  // By hand in float64, so that the layout of the kernel, not TensorFlow, says which weight meets which input.
  const cases: { shape: number[]; depthwise?: boolean; activation: Activation; s: number }[] = [
    { shape: [12, 30], activation: relu, s: 1 },
    { shape: [30, 8], activation: leakyRelu(0.1), s: 0.5 },
    { shape: [3, 3, 4, 10], activation: relu, s: 1.5 },
    { shape: [3, 3, 2, 6], depthwise: true, activation: linear, s: 1 },
  ];
  for (const { shape, depthwise = false, activation, s } of cases) {
    const [inputs, outputs] = shape.slice(-2) as [number, number];
    const positions = shape.slice(0, -2).reduce((product, size) => product * size, 1);
    const rows = Array.from({ length: positions * inputs }, (_, i) => i);
    const patch = rows.map((i) => Math.sin(i + 1));
    // each unit of a depthwise layer sees one channel; their patches have equal norms
    const seen = depthwise
      ? Array.from({ length: inputs }, (_, channel) => rows.filter((i) => i % inputs === channel))
      : [rows];
    for (const channel of seen) {
      const norm = Math.hypot(...channel.map((i) => patch[i]!));
      for (const i of channel) patch[i]! /= norm;
    }
    const fanIn = seen[0]!.length;
    const width = seen.length * outputs;
    const before = fanIn ** (-s / 2);
    const networks = 4000;
    let sum = 0;
    let sumOfSquares = 0;
    for (let seed = 0; seed < networks; seed++) {
      const initializer = momentPreserving({ s, activation, seed, depthwise });
      const kernel = tf.tidy(() => initializer.apply(shape).dataSync());
      let square = 0;
      for (const channel of seen)
        for (let j = 0; j < outputs; j++) {
          let g = 0;
          for (const i of channel) g += patch[i]! * kernel[i * outputs + j]!;
          square += (g > 0 ? g : activation.lower * g) ** 2;
        }
      const ratio = Math.sqrt(square / width) ** s / before;
      sum += ratio / networks;
      sumOfSquares += ratio ** 2 / networks;
    }
    const standardError = Math.sqrt((sumOfSquares - sum ** 2) / networks);
    assert.ok(Math.abs(sum - 1) < 4 * standardError, `${shape}: ${sum} ± ${standardError}`);
    // and the test is sharp enough to reject Kaiming's standard deviation
    const size = { activation, fanIn, fanOut: width };
    assert.ok(
      Math.abs((kaimingStd(size) / momentPreservingStd({ s, ...size })) ** s - 1) > 4 * standardError,
    );
  }
});

/** A model of every kind of kernel, as text and as it is after it was saved and loaded. */
function network(seed: number): ReturnType<TensorFlow['sequential']> {
  const activation = dropout(rrelu(1 / 8, 1 / 3), { rate: 0.25 });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 4,
        kernelSize: 3,
        inputShape: [12, 12, 2],
        kernelInitializer: momentPreserving({ s: 0.8, activation: relu, seed, layer: 0 }),
      }),
      tf.layers.depthwiseConv2d({
        kernelSize: 3,
        depthMultiplier: 2,
        depthwiseInitializer: kaimingNormal({ activation: linear, seed, layer: 6, depthwise: true }),
      }),
      // (its configuration forgets a depth multiplier)
      tf.layers.separableConv2d({
        filters: 3,
        kernelSize: 3,
        depthwiseInitializer: lyapunov({ activation: linear, seed, layer: 1, depthwise: true }),
        pointwiseInitializer: kaimingNormal({ activation: leakyRelu(-0.3), seed, layer: 2 }),
      }),
      tf.layers.flatten(),
      tf.layers.dense({
        units: 8,
        kernelInitializer: momentPreserving({ s: 1.7, activation, method: 'expansion', seed, layer: 3 }),
      }),
      tf.layers.dense({ units: 8, kernelInitializer: randomWalk({ activation: relu, seed, layer: 4 }) }),
      tf.layers.dense({ units: 8, kernelInitializer: xavierNormal({ seed, layer: 5 }) }),
    ],
  });
}

const weightsOf = (model: ReturnType<TensorFlow['sequential']>) =>
  model.getWeights().map((weight) => Array.from(weight.dataSync()));

test('a saved model comes back with its weights and its initializers', async () => {
  const model = network(7);
  let saved: Parameters<Parameters<TensorFlow['io']['withSaveHandler']>[0]>[0] | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const topology = JSON.parse(JSON.stringify(saved!.modelTopology));
  const loaded = await tf.loadLayersModel(tf.io.fromMemory({ ...saved!, modelTopology: topology }));
  assert.deepEqual(weightsOf(loaded as typeof model), weightsOf(model));
  assert.deepEqual(loaded.toJSON(null, false), model.toJSON(null, false));
  // from the topology alone, the kernels are drawn again, and are the same
  const redrawn = await tf.models.modelFromJSON({ modelTopology: topology });
  assert.deepEqual(weightsOf(redrawn as typeof model), weightsOf(model));
});

test('two models with one seed are equal, other seeds and other layers differ', () => {
  assert.deepEqual(weightsOf(network(0)), weightsOf(network(0)));
  assert.notDeepEqual(weightsOf(network(0))[0], weightsOf(network(1))[0]);
  const kernel = (seed: number, layer?: number) =>
    Array.from(
      kaimingNormal({ activation: relu, seed, ...(layer !== undefined && { layer }) })
        .apply([3, 4])
        .dataSync(),
    );
  assert.deepEqual(kernel(3), kernel(3, 0));
  assert.notDeepEqual(kernel(3, 1), kernel(3, 0));
  assert.notDeepEqual(kernel(1, 3), kernel(3, 1));
});

test('the config form is equivalent to the object form', () => {
  const config = { s: 1, activation: { lower: 0, upper: 0, keep: 1, scale: 1 }, seed: 4, layer: 2 };
  const byConfig = { className: 'MomentPreserving', config: { ...config } } as unknown as Initializer;
  const byObject = momentPreserving(config);
  const values = (kernelInitializer: Initializer) =>
    kernelOf(tf.layers.dense({ units: 3, kernelInitializer }), [5]).values;
  assert.deepEqual(values(byConfig), values(byObject));
  assert.deepEqual(byObject.getConfig(), { ...config, method: 'exact', depthwise: false });
});

test('a string stands for s = 1 and ReLU, draws a seed for each layer, and is saved under the class name', () => {
  const activation = relu;
  for (const [name, std, create] of [
    ['momentPreserving', (size) => momentPreservingStd({ s: 1, activation, ...size }), momentPreserving],
    ['kaimingNormal', (size) => kaimingStd({ activation, ...size }), kaimingNormal],
    ['xavierNormal', (size) => xavierStd(size), xavierNormal],
    ['randomWalk', (size) => randomWalkStd({ activation, ...size }), randomWalk],
    ['lyapunov', (size) => lyapunovStd({ activation, ...size }), lyapunov],
  ] as [string, (size: LayerSize) => number, (options: never) => Initializer][])
    for (const spelling of [name, name.charAt(0).toUpperCase() + name.slice(1)]) {
      const layer = () => tf.layers.dense({ units: 60, kernelInitializer: spelling });
      const [first, second] = [layer(), layer()];
      const { values } = kernelOf(first, [150]);
      const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
      // the mean of n squared normals has relative variance 2/n; the seed is random: 7 standard errors
      const expected = std({ fanIn: 150, fanOut: 60 }) ** 2;
      assert.ok(Math.abs(variance / expected - 1) < 7 * Math.sqrt(2 / values.length), spelling);
      assert.notDeepEqual(values, kernelOf(second, [150]).values);
      // the drawn seed is in the configuration, with which the weights come again
      const saved = first.getConfig().kernelInitializer as unknown as { className: string; config: never };
      assert.equal(saved.className, name.charAt(0).toUpperCase() + name.slice(1));
      const again = tf.layers.dense({ units: 60, kernelInitializer: create(saved.config) });
      assert.deepEqual(kernelOf(again, [150]).values, values);
    }
});

test('without a seed every initializer draws its own', () => {
  const seeds = Array.from({ length: 3 }, () => kaimingNormal({ activation: 'relu' }).getConfig().seed);
  assert.equal(new Set(seeds).size, 3);
  for (const seed of seeds) assert.ok(Number.isSafeInteger(seed) && (seed as number) >= 0);
  assert.deepEqual(xavierNormal().getConfig().depthwise, false);
});

test('fan-ins beyond a million', () => {
  // oracle: the variance 2/fanIn; 2²¹ values have a relative standard error of 0.001
  const kernel = tf.tidy(
    () =>
      kaimingNormal({ activation: relu, seed: 1 })
        .apply([2 ** 20, 2])
        .dataSync() as Float32Array,
  );
  const variance = kernel.reduce((sum, x) => sum + x * x, 0) / kernel.length;
  assert.ok(Math.abs(variance * 2 ** 19 - 1) < 0.004);
});

test('bad arguments are refused where they are given', () => {
  const activation = relu;
  const refused = (run: () => unknown, name: string, message: RegExp) =>
    assert.throws(run, { name, message });
  refused(
    () => momentPreserving({ s: 3, activation, seed: 1 }),
    'RangeError',
    /^s must lie in \[0.01, 2\]; got 3$/,
  );
  refused(
    () => momentPreserving({ s: 1, activation, seed: -1 }),
    'RangeError',
    /^seed must be an integer in/,
  );
  refused(() => kaimingNormal({ activation, seed: 1.5 }), 'RangeError', /^seed must be an integer in/);
  refused(
    () => kaimingNormal({ activation, seed: 1, layer: -2 }),
    'RangeError',
    /^layer must be an integer in/,
  );
  refused(
    () => kaimingNormal({ activation, seed: null } as never),
    'TypeError',
    /^seed must be an integer in \[0, 2⁵³ − 1\]; got null/,
  );
  refused(() => kaimingNormal({ activation, seed: 7n } as never), 'TypeError', /^seed .*; got 7n$/);
  refused(
    () => kaimingNormal({ activation, sede: 1 } as never),
    'TypeError',
    /^options may have activation, seed, layer, depthwise; got "sede"$/,
  );
  refused(() => momentPreserving({} as never), 'TypeError', /^s must be a number in/);
  refused(() => kaimingNormal({ seed: 1 } as never), 'TypeError', /^activation must be/);
  refused(
    () => kaimingNormal(undefined as never),
    'TypeError',
    /^options must be an object of options; got undefined$/,
  );
  refused(() => xavierNormal(1 as never), 'TypeError', /^options must be an object of options; got 1$/);
  refused(() => randomWalk({ activation: leakyRelu(0.1), seed: 1 }), 'RangeError', /linear and relu only/);
  refused(
    () => momentPreserving({ s: 1, activation, seed: 1, method: 'best' as never }),
    'RangeError',
    /^method must be one of 'exact', 'expansion', 'authors'; got "best"$/,
  );
  refused(
    () => kaimingNormal({ activation, seed: 1, depthwise: 1 as never }),
    'TypeError',
    /^depthwise must be true or false; got 1$/,
  );
  const kernel = kaimingNormal({ activation, seed: 1 });
  refused(() => kernel.apply([4, 5], 'int32'), 'TypeError', /^dtype must be 'float32'; got "int32"$/);
  refused(() => kernel.apply([4]), 'RangeError', /got shape \[4\]$/);
  refused(() => kernel.apply([1, 2, 3, 4, 5, 6]), 'RangeError', /got shape/);
  refused(() => kernel.apply([0, 5]), 'RangeError', /^fanIn must be an integer in \[1, /);
  const depthwise = kaimingNormal({ activation, seed: 1, depthwise: true });
  refused(
    () => depthwise.apply([3, 4]),
    'RangeError',
    /\[height, width, channels, multiplier\]; got shape \[3,4\]$/,
  );
  refused(() => registerInitializers({} as never), 'TypeError', /^tf must be TensorFlow.js with layers/);
  refused(
    () => registerInitializers(undefined as never),
    'TypeError',
    /^tf must be TensorFlow.js with layers/,
  );
});

test('without a registered TensorFlow.js, the error says what to do', () => {
  const program = `
    const { kaimingNormal } = require(${JSON.stringify(require.resolve('./initializers'))});
    try { kaimingNormal({ activation: { lower: 0, upper: 0, keep: 1, scale: 1 }, seed: 1 }); }
    catch (error) { console.log(error.message); }`;
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  assert.match(
    stdout,
    /^no TensorFlow.js is registered: call await loadTensorFlow\(\) first, or registerInitializers/,
  );
});

test('a second copy of TensorFlow.js is named as such, and served once it is registered', () => {
  // the second copy is that of a process in which the first one was forgotten
  const program = `
    const { kaimingNormal, ...f } = require(${JSON.stringify(require.resolve('../index'))});
    const { registerInitializers } = require(${JSON.stringify(require.resolve('./registry'))});
    const fresh = () => {
      for (const file of Object.keys(require.cache)) if (file.includes('@tensorflow')) delete require.cache[file];
      return require('@tensorflow/tfjs');
    };
    const first = fresh();
    const second = fresh();
    let layers = 0; // the copies share an engine, in which a variable's name is unique
    const outcomes = [first.LayersModel === second.LayersModel];
    registerInitializers(first);
    const kernelInitializer = kaimingNormal({ activation: f.relu, seed: 1 });
    const weightsIn = (tf) => {
      try {
        const layer = tf.layers.dense({ name: 'layer' + layers++, units: 3, inputShape: [4], kernelInitializer });
        tf.sequential({ layers: [layer] });
        return [layer.getConfig().kernelInitializer.className, ...layer.getWeights()[0].dataSync()];
      } catch (error) {
        return error.message;
      }
    };
    outcomes.push(weightsIn(first), weightsIn(second));
    registerInitializers(second);
    outcomes.push(weightsIn(first), weightsIn(second));
    const dense = () => first.layers.dense({ name: 'layer' + layers++, units: 8, activation: 'relu', inputShape: [8] });
    const model = first.sequential({ layers: [dense(), dense()] });
    f.initializeModel(model, { scheme: 'kaimingNormal', seed: 1 });
    f.initializationReport(model, { inputs: first.ones([4, 8]) }).then(({ verdict }) =>
      process.stdout.write('\\n' + JSON.stringify([...outcomes, verdict])));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    cwd: __dirname,
    encoding: 'utf8',
  });
  assert.ok(stdout, stderr);
  const [same, first, refused, then, second, verdict] = JSON.parse(stdout.trim().split('\n').at(-1)!);
  assert.equal(same, false);
  assert.equal(first[0], 'KaimingNormal');
  assert.match(
    refused,
    /^a second copy of TensorFlow.js .* \(4\.22\.0\): call registerInitializers\(tf\) with that copy too/,
  );
  assert.deepEqual(then, first);
  assert.deepEqual(second, first);
  assert.equal(verdict, 'healthy');
});
