import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { randomStream } from '../../core/random';
import {
  type DataSet,
  dropout,
  firstImages,
  kaimingNormal,
  kaimingStd,
  leakyRelu,
  loadMnist,
  lyapunov,
  momentPreserving,
  momentPreservingStd,
  randomWalk,
  relu,
  type TrainingOptions,
  trainEnsemble,
  xavierNormal,
} from '../../index';
import { loadTensorFlow } from '../../tensorflow/index';
import { readCheckpoint } from '../../training/checkpoint';
import { digestOfNumbers } from './digest';

/** What needs TensorFlow.js, on the backend of this process. */
export interface RecordedTensors {
  backend: string;
  /** Digests of kernels: they are the same on every backend and processor. */
  initializers: Record<string, string>;
  /** Of the weights after three steps of training: they depend on the backend and the instruction set. */
  weights: Record<string, { digest: string; norm: number }>;
}

export async function recordedTensors(): Promise<RecordedTensors> {
  const { backend } = await loadTensorFlow();
  return { backend, initializers: initializers(), weights: await weights() };
}

function initializers(): Record<string, string> {
  const leaky = leakyRelu(0.01);
  const all = {
    'momentPreserving, dense': momentPreserving({ s: 0.8, activation: relu, seed: 1 }).apply([30, 20]),
    'momentPreserving, conv2d': momentPreserving({ s: 1, activation: leaky, seed: 1, layer: 2 }).apply([
      3, 3, 4, 5,
    ]),
    'momentPreserving, depthwise': momentPreserving({
      ...{ s: 1, activation: dropout(relu, { rate: 0.2 }), seed: 3, depthwise: true },
    }).apply([3, 3, 4, 2]),
    kaimingNormal: kaimingNormal({ activation: relu, seed: 0 }).apply([30, 20]),
    xavierNormal: xavierNormal({ seed: 2 ** 40, layer: 7 }).apply([30, 20]),
    randomWalk: randomWalk({ activation: relu, seed: 4 }).apply([30, 20]),
    lyapunov: lyapunov({ activation: leaky, seed: 5 }).apply([30, 20]),
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, kernel]) => [name, digestOfNumbers(kernel.dataSync() as Float32Array)]),
  );
}

/** Pictures of noise in colour. */
function noise(): DataSet {
  const random = randomStream(9, 0);
  const imageSet = (count: number) => ({
    images: Uint8Array.from({ length: count * 12 * 12 * 3 }, () => random.uint32()),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 4),
  });
  return {
    ...{ name: 'noise', height: 12, width: 12, channels: 3, classes: 4 },
    train: imageSet(24),
    test: imageSet(4),
  };
}

async function weights(): Promise<RecordedTensors['weights']> {
  const schemes: TrainingOptions['schemes'] = {
    Kaiming: kaimingStd,
    's = 1': (layer) => momentPreservingStd({ ...layer, s: 1 }),
  };
  const common = { schemes, runs: 2, epochs: 1, seed: 5, threads: 1 };
  return {
    'MNIST, three steps': await weightsAfter({
      ...common,
      data: firstImages(loadMnist(), { train: 96, test: 2 }),
      architecture: { activation: relu, depth: 5, width: 16, activationOnLogits: true, biases: 'pytorch' },
      optimizer: { learningRate: 0.1, momentum: 0.5 },
      batchSize: 32,
    }),
    'convolutions, three steps': await weightsAfter({
      ...common,
      data: noise(),
      architecture: {
        activation: leakyRelu(0.1),
        depth: 3,
        width: 8,
        convolutions: [
          { channels: 3, size: 3 },
          { channels: 4, size: 2 },
        ],
      },
      optimizer: { learningRate: 0.1, weightDecay: 0.01 },
      batchSize: 8,
      augmentation: { padding: 2 },
    }),
  };
}

async function weightsAfter(options: TrainingOptions): Promise<{ digest: string; norm: number }> {
  const checkpointFolder = mkdtempSync(path.join(tmpdir(), 'fracmoment-golden-'));
  try {
    await trainEnsemble({ ...options, checkpointFolder });
    const values = readdirSync(checkpointFolder)
      .sort()
      .flatMap((file) => readCheckpoint(path.join(checkpointFolder, file)).progress.state.parameters.flat())
      .flatMap((parameter) => [...parameter]);
    const norm = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
    return { digest: digestOfNumbers(Float32Array.from(values)), norm };
  } finally {
    rmSync(checkpointFolder, { recursive: true });
  }
}
