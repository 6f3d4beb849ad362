import { leakyRelu, linear, relu } from '../core/activations';
import { cifar10Size, loadCifar10 } from '../datasets/cifar10';
import { loadMnist, mnistSize } from '../datasets/mnist';
import { kaimingStd, momentPreservingStd, randomWalkStd, xavierStd } from '../theory/std';
import type { Scheme } from '../training/architecture';
import type { Experiment } from '../training/experiment';

/** The moment-preserving scheme as the authors' code has it. */
const authors =
  (s: number): Scheme =>
  (layer) =>
    momentPreservingStd({ ...layer, s, method: 'authors' });
/** Schemes that their scripts compute for another activation than the network's. */
const as =
  (scheme: Scheme, activation: typeof relu): Scheme =>
  (layer) =>
    scheme({ ...layer, activation });

const mnistRelu: Experiment = {
  about: "the authors' MNIST script for ReLU: 20 layers of width 64, ReLU on the logits too",
  data: loadMnist,
  size: mnistSize,
  runs: 20,
  speed: 480,
  options: {
    architecture: {
      activation: relu,
      depth: 20,
      width: 64,
      activationOnLogits: true,
      biases: 'pytorch',
    },
    schemes: {
      's = 0.8': authors(0.8),
      Kaiming: kaimingStd,
      Xavier: xavierStd,
      'random walk': randomWalkStd,
    },
    epochs: 30,
    optimizer: { learningRate: 0.01 },
    batchSize: 128,
  },
};

const linearSchemes = {
  's = 1': authors(1),
  Kaiming: kaimingStd,
  Xavier: xavierStd,
  'random walk': randomWalkStd,
};

/** The authors' CIFAR-10 scripts: the activation follows the fully connected layers; the convolutions have ReLU. */
function cifar10(
  name: string,
  activation: typeof relu,
  schemes: Readonly<Record<string, Scheme>>,
  speed: number,
): Experiment {
  return {
    about: `the authors' CIFAR-10 script for ${name}: two convolutions, then 20 layers of width 64`,
    data: loadCifar10,
    size: cifar10Size,
    runs: 10,
    speed,
    options: {
      architecture: {
        activation,
        depth: 20,
        width: 64,
        activationOnLogits: true,
        biases: 'pytorch',
        convolutions: [
          { channels: 6, size: 5 },
          { channels: 16, size: 5 },
        ],
      },
      schemes,
      epochs: 50,
      optimizer: {
        learningRate: 0.01,
        weightDecay: 1e-4,
        schedule: [{ fromEpoch: 33, learningRate: 0.001 }],
      },
      batchSize: 512,
      augmentation: { padding: 4 },
    },
  };
}

/** The full-scale experiments by name. */
export const experiments: Record<string, Experiment> = {
  'mnist-relu': mnistRelu,
  'mnist-linear': {
    about: "the authors' MNIST script for linear networks: 30 layers of width 64, inputs in [0, 1]",
    data: loadMnist,
    size: mnistSize,
    runs: 20,
    speed: 380,
    options: {
      architecture: { activation: linear, depth: 30, width: 64, biases: 'pytorch' },
      schemes: linearSchemes,
      epochs: 30,
      optimizer: { learningRate: 0.001 },
      batchSize: 128,
      pixels: { mean: 0, std: 1 },
    },
  },
  'mnist-leaky': {
    about:
      "the authors' MNIST script for Leaky ReLU: 20 layers of width 64, slope 0.01, on the logits too; Kaiming and random walk with the gain of ReLU, as there",
    data: loadMnist,
    size: mnistSize,
    runs: 20,
    speed: 520,
    options: {
      ...mnistRelu.options,
      architecture: { ...mnistRelu.options.architecture, activation: leakyRelu(0.01) },
      schemes: {
        's = 1': authors(1),
        Kaiming: as(kaimingStd, relu),
        Xavier: xavierStd,
        'random walk': as(randomWalkStd, relu),
      },
    },
  },
  'mnist-relu-plain-logits': {
    ...mnistRelu,
    about: "the authors' MNIST script for ReLU from the same weights, but without ReLU on the logits",
    options: {
      ...mnistRelu.options,
      architecture: { ...mnistRelu.options.architecture, activationOnLogits: false },
      schemes: Object.fromEntries(
        Object.entries(mnistRelu.options.schemes).map(([name, scheme]) => [name, as(scheme, relu)]),
      ),
    },
  },
  ...sweep('relu', relu, 0.01, { 10: 940, 20: 550, 40: 310 }),
  ...sweep('linear', linear, 0.001, { 10: 930, 20: 570, 40: 350 }),
  'cifar10-relu': cifar10('ReLU', relu, mnistRelu.options.schemes, 21),
  'cifar10-leaky': cifar10(
    'Leaky ReLU',
    leakyRelu(0.01),
    { 's = 1': authors(1), Kaiming: as(kaimingStd, relu), Xavier: xavierStd },
    19,
  ),
  'cifar10-linear': cifar10('linear networks', linear, linearSchemes, 21),
};

/**
 * Which s trains best: networks from five orders, plain logits, exact standard deviations; of several depths, each with the
 * speed of its experiment.
 */
function sweep(
  name: string,
  activation: typeof relu,
  learningRate: number,
  speeds: Readonly<Record<number, number>>,
): Record<string, Experiment> {
  const orders = [0.05, 0.5, 1, 1.5, 2];
  return Object.fromEntries(
    Object.entries(speeds).map(([depth, speed]) => [
      `sweep-${name}-${depth}`,
      {
        about: `which s trains best: ${name} networks, ${depth} layers of width 64, exact standard deviations, no biases at first, no activation on the logits`,
        data: loadMnist,
        size: mnistSize,
        runs: 20,
        speed,
        options: {
          architecture: { activation, depth: Number(depth), width: 64 },
          schemes: Object.fromEntries(
            orders.map((s): [string, Scheme] => [
              `s = ${s}`,
              (layer) => momentPreservingStd({ ...layer, s }),
            ]),
          ),
          epochs: 5,
          optimizer: { learningRate },
          batchSize: 128,
        },
      },
    ]),
  );
}
