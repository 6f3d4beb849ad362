import type * as fracmoment from '../index';
import type { Activation, NetworkCurve, TrainingOptions } from '../index';
import type { TensorFlow } from '../tensorflow/native';

/* What is computed both in Node and in Chromium, from the library as each of them loads it. */

type Library = typeof fracmoment;

/** Results in float64 by name: those whose relative error matters, probabilities and logarithms. */
export async function numbers(f: Library): Promise<{ relative: Numbers; absolute: Numbers }> {
  const activations: Record<string, Activation> = {
    linear: f.linear,
    ReLU: f.relu,
    'Leaky ReLU': f.leakyRelu(0.01),
    RReLU: f.rrelu(1 / 8, 1 / 3),
    dropout: f.dropout(f.relu, { rate: 0.3 }),
  };
  const relative: Numbers = {};
  const absolute: Numbers = {};
  for (const [name, activation] of Object.entries(activations)) {
    for (const s of [0.01, 0.3, 1, 1.7, 2])
      for (const width of [17, 64, 1000, 100_000])
        relative[`σ₀, ${name}, s = ${s}, width ${width}`] = f.momentPreservingStd({ activation, s, width });
    const weightStd = f.kaimingStd({ activation, width: 64 });
    const law = f.outputLaw({ activation, width: 64, depth: 100, weightStd });
    relative[`mean, ${name}`] = law.mean;
    relative[`variance, ${name}`] = law.variance;
    relative[`density, ${name}`] = law.pdf(law.mean);
    for (const at of [-2, 0, 2]) absolute[`cdf at ${at}, ${name}`] = law.cdf(law.mean + at);
    // how far a quantile is off depends on the density there
    absolute[`cdf at the 5 % quantile, ${name}`] = law.cdf(law.quantile(0.05));
    absolute[`P(‖x‖ < 1e-3), ${name}`] = law.probabilityBelow(1e-3);
    const simulation = { activation, width: 64, depths: [50, 100], weightStd, seed: 1 };
    // on worker threads, and in the thread of the caller
    for (const networks of [20_000, 50])
      for (const [i, logNorms] of (await f.simulateLogNorms({ ...simulation, networks })).entries())
        for (const j of [0, 1, networks - 1])
          absolute[`log-norm, ${name}, network ${j} of ${networks}, depth ${simulation.depths[i]}`] =
            logNorms[j]!;
  }
  const tilted = { activation: f.relu, width: 64, depth: 50, weightStd: 0.18, order: 2, seed: 3 };
  const moment = await f.importanceSampledMoment({ ...tilted, networks: 20_000 });
  absolute['log of an importance sampled moment'] = moment.norm.logValue;
  const [replayed] = await f.replayAuthorsNetworks({ activations: [f.relu], depth: 20, networks: 100 });
  for (const j of [0, 99]) absolute[`log-norm of the authors' network ${j}`] = replayed!.logNorms[0]![j]!;
  return { relative, absolute };
}

type Numbers = Record<string, number>;

/** What TensorFlow.js gives on its present backend, with which the initializers are registered. */
export interface TensorResults {
  kernels: Record<string, number[]>;
  /** The norm of the output of an initialized model. */
  norm: number;
  /** The reports on a bad and on a good initialization. */
  reports: { verdict: string; logNorms: number[] }[];
  /** The number of tensors left behind. */
  leaked: number;
}

/** Draws kernels, reports on a model and initializes it. */
export async function tensors(f: Library, tf: TensorFlow): Promise<TensorResults> {
  const before = tf.memory().numTensors;
  const { relu } = f;
  const kernels = Object.fromEntries(
    Object.entries({
      momentPreserving: f.momentPreserving({ s: 1, activation: relu, seed: 7 }),
      kaimingNormal: f.kaimingNormal({ activation: relu, seed: 7 }),
      xavierNormal: f.xavierNormal({ seed: 7 }),
      randomWalk: f.randomWalk({ activation: relu, seed: 7 }),
      lyapunov: f.lyapunov({ activation: f.leakyRelu(0.1), seed: 7 }),
    }).map(([name, initializer]) => {
      const layer = tf.layers.dense({ units: 64, kernelInitializer: initializer, inputShape: [64] });
      const model = tf.sequential({ layers: [layer] });
      const values = [...layer.getWeights()[0]!.dataSync()];
      model.dispose();
      return [name, values];
    }),
  );
  const dense = () => tf.layers.dense({ units: 64, activation: 'relu', inputShape: [64] });
  const model = tf.sequential({ layers: Array.from({ length: 20 }, dense) });
  const inputs = tf.randomNormal([100, 64], 0, 1, 'float32', 1) as ReturnType<TensorFlow['tensor2d']>;
  const report = async () => {
    const { verdict, layers } = await f.initializationReport(model, { inputs });
    return { verdict, logNorms: layers.map(({ logNorm }) => logNorm.measured!) };
  };
  f.initializeModel(model, { scheme: 'xavierNormal', seed: 1 });
  const bad = await report();
  f.initializeModel(model, { scheme: 'momentPreserving', s: 1, seed: 1 });
  const reports = [bad, await report()];
  const outputs = model.predict(inputs) as ReturnType<TensorFlow['tensor2d']>;
  const norms = outputs.norm();
  const [norm] = await norms.data();
  tf.dispose([inputs, outputs, norms]);
  model.dispose();
  return { kernels, norm: norm!, reports, leaked: tf.memory().numTensors - before };
}

/** What trainings give on the backend that loadTensorFlow takes. */
export interface Trainings {
  backend: string | undefined;
  curves: Record<string, NetworkCurve[]>;
  /** The first and the last call of onProgress. */
  progress: [done: number, total: number][];
  /** Of a training that a timer stopped. */
  stopped: { complete: boolean; epochs: number };
  /** What options of Node are answered. */
  refused: string[];
}

/** Trains small networks, with every kind of operation. */
export async function trainings(f: Library): Promise<Trainings> {
  const part = (n: number) => ({
    images: Uint8Array.from({ length: n * 144 }, (_, i) => (i * i * 31 + i * 7) % 256),
    labels: Uint8Array.from({ length: n }, (_, i) => (i * i + 1) % 5),
  });
  const data = {
    name: 'pattern',
    height: 12,
    width: 12,
    channels: 1,
    classes: 5,
    train: part(90),
    test: part(40),
  };
  const options: TrainingOptions = {
    data,
    architecture: { activation: f.relu, depth: 4, width: 16, biases: 'pytorch' },
    schemes: { 's = 1': (layer) => f.momentPreservingStd({ ...layer, s: 1 }), Kaiming: f.kaimingStd },
    runs: 2,
    epochs: 3,
    batchSize: 32,
    optimizer: { learningRate: 0.05 },
    seed: 3,
  };
  const { architecture } = options;
  const convolutions = [
    { channels: 3, size: 3 },
    { channels: 4, size: 2 },
  ];
  const progress: Trainings['progress'] = [];
  const plain = await f.trainEnsemble({ ...options, onProgress: (...now) => progress.push(now) });
  const others: Record<string, Partial<TrainingOptions>> = {
    convolutions: { architecture: { ...architecture, convolutions, activation: f.leakyRelu(0.1) } },
    'random slopes, momentum, crops': {
      architecture: { ...architecture, activation: f.rrelu(1 / 8, 1 / 3) },
      optimizer: { learningRate: 0.05, momentum: 0.5, weightDecay: 0.01 },
      augmentation: { padding: 1 },
    },
  };
  const curves = { plain: plain.curves };
  for (const [name, more] of Object.entries(others))
    Object.assign(curves, { [name]: (await f.trainEnsemble({ ...options, ...more })).curves });
  const controller = new AbortController();
  const { complete, curves: short } = await f.trainEnsemble({
    ...options,
    epochs: 60_000,
    signal: controller.signal,
    // a timer is called only if the training lets other work have its turn
    onEpoch: () => setTimeout(() => controller.abort()),
  });
  const refused: string[] = [];
  for (const more of [{ threads: 2 }, { checkpointFolder: 'checkpoints' }])
    await f
      .trainEnsemble({ ...options, ...more, signal: AbortSignal.abort() })
      .catch((error: Error) => refused.push(String(error)));
  return {
    backend: plain.backend,
    curves,
    progress: [progress[0]!, progress.at(-1)!],
    stopped: { complete, epochs: short[0]!.testLoss.length },
    refused,
  };
}
