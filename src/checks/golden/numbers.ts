import {
  absoluteMoment,
  blockTailIndex,
  coordinateLogMoments,
  dropout,
  empiricalCdf,
  hillEstimates,
  hillTailIndex,
  importanceSampledMoment,
  inEvaluation,
  kaimingStd,
  kernelDensity,
  kolmogorovSmirnov,
  leakyRelu,
  linear,
  logAbsoluteMoment,
  logNormMoments,
  lyapunovExponent,
  lyapunovStd,
  meanCurve,
  meanFourthPower,
  meanSquare,
  momentFactor,
  momentPreservingStd,
  outputLaw,
  pairedDifference,
  randomWalkStd,
  relu,
  replayAuthorsNetworks,
  rescaleOutputs,
  rrelu,
  simulateLogNorms,
  simulateOutputs,
  TorchGenerator,
  trainingResults,
  xavierStd,
} from '../../index';
import { simulateOutputsWithMatrices } from '../../simulation/simulate';

/** Doubles by the case they belong to, each as the 16 hexadecimal digits of its bits. */
export type HexNumbers = Record<string, string>;

const bits = new DataView(new ArrayBuffer(8));

function hex(value: number): string {
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString(16).padStart(16, '0');
}

const laws = {
  linear,
  relu,
  'leakyRelu(0.01)': leakyRelu(0.01),
  'leakyRelu(-0.3)': leakyRelu(-0.3),
  'rrelu(1/8, 1/3)': rrelu(1 / 8, 1 / 3),
  'dropout(relu, 0.3)': dropout(relu, { rate: 0.3 }),
  'dropout(rrelu, 0.2, not inverted)': dropout(rrelu(0.1, 0.5), { rate: 0.2, inverted: false }),
};

/** What every numeric export gives on a small grid of arguments. */
export async function numbersOfExports(): Promise<HexNumbers> {
  const numbers: HexNumbers = {};
  const add = (name: string, ...values: ArrayLike<number>[]) => {
    numbers[name] = values.flatMap((list) => Array.from(list, hex)).join(' ');
  };
  addTheory(add);
  addLaws(add);
  await addSimulations(add);
  addEstimators(add);
  addTraining(add);
  return numbers;
}

type Add = (name: string, ...values: ArrayLike<number>[]) => void;

function addTheory(add: Add): void {
  const widths = [1, 8, 64, 1000, 1_000_000];
  for (const [name, activation] of Object.entries(laws)) {
    const each = <T>(values: readonly T[], f: (value: T) => number) => values.map(f);
    add(`meanSquare, meanFourthPower: ${name}`, [meanSquare(activation), meanFourthPower(activation)]);
    for (const order of [0.05, 0.5, 1, 2, 3, 7.5])
      add(
        `momentFactor: ${name}, order ${order}`,
        each(widths, (width) => momentFactor({ activation, width, order })),
      );
    for (const method of ['exact', 'expansion'] as const)
      for (const s of [0.1, 0.8, 1, 1.5, 2])
        add(
          `momentPreservingStd: ${name}, s ${s}, ${method}`,
          each([16, 64, 1000], (width) => momentPreservingStd({ activation, width, s, method })),
          [momentPreservingStd({ activation, fanIn: 400, fanOut: 64, s, method })],
        );
    const moments = each(widths, (width) => logNormMoments({ activation, width }).mean);
    const variances = each(widths, (width) => logNormMoments({ activation, width }).variance);
    add(`logNormMoments: ${name}`, moments, variances);
    add(`kaimingStd, lyapunovStd: ${name}`, [
      kaimingStd({ activation, fanIn: 784, fanOut: 64 }),
      lyapunovStd({ activation, fanIn: 784, fanOut: 64 }),
      lyapunovExponent({ activation, width: 64, weightStd: 0.2 }),
      meanSquare(inEvaluation(activation)),
    ]);
  }
  for (const activation of [linear, relu, leakyRelu(0.01)])
    for (const s of [0.8, 1, 2])
      add(`momentPreservingStd: slope ${activation.lower}, s ${s}, authors`, [
        momentPreservingStd({ activation, fanIn: 784, fanOut: 64, s, method: 'authors' }),
      ]);
  add('xavierStd, randomWalkStd', [
    xavierStd({ fanIn: 784, fanOut: 64 }),
    randomWalkStd({ activation: relu, fanIn: 784, fanOut: 64 }),
    randomWalkStd({ activation: linear, width: 64 }),
  ]);
}

function addLaws(add: Add): void {
  for (const [name, activation] of Object.entries(laws))
    for (const [width, depth] of [
      [3, 1],
      [16, 20],
      [64, 500],
    ] as const) {
      const law = outputLaw({ activation, width, depth, weightStd: kaimingStd({ activation, width }) });
      const { mean, variance, zeroProbability } = law;
      const places = [-3, -1, 0, 0.5, 2].map((z) => mean + z * Math.sqrt(variance));
      add(
        `outputLaw: ${name}, width ${width}, depth ${depth}`,
        [mean, variance, zeroProbability],
        places.map(law.pdf),
        places.map(law.cdf),
        [0.01, 0.5, 0.9].map(law.quantile),
        [0.1, 1].map(law.probabilityBelow),
      );
    }
}

async function addSimulations(add: Add): Promise<void> {
  for (const [name, activation] of Object.entries(laws)) {
    const options = { activation, width: 16, depths: [3, 10], weightStd: 0.3, networks: 5, seed: 7 };
    add(`simulateLogNorms: ${name}`, ...(await simulateLogNorms({ ...options, noiseStd: 0.1 })));
    const outputs = await simulateOutputs(options);
    const { logNorms, directions } = rescaleOutputs(outputs, 1.25);
    add(`simulateOutputs, rescaleOutputs: ${name}`, ...logNorms, directions.subarray(0, 32));
    add(`coordinateLogMoments: ${name}`, coordinateLogMoments(outputs, 1.5));
    const matrices = await simulateOutputsWithMatrices(options);
    add(`simulateOutputsWithMatrices: ${name}`, ...matrices.logNorms);
    const { norm, coordinate } = await importanceSampledMoment({
      ...{ activation, width: 16, depth: 30, weightStd: 0.3, order: 3, networks: 50, seed: 3 },
    });
    for (const [what, { logValue, relativeStandardError, effectiveSampleSize }] of Object.entries({
      norm,
      coordinate,
    }))
      add(`importanceSampledMoment: ${name}, ${what}`, [
        logValue,
        relativeStandardError,
        effectiveSampleSize,
      ]);
  }
  const activations = [linear, relu, leakyRelu(0.01)];
  const replayed = await replayAuthorsNetworks({ activations, depth: 20, networks: 4 });
  replayed.forEach(({ logNorms }, i) => {
    add(`replayAuthorsNetworks: slope ${activations[i]!.lower}`, ...logNorms);
  });
  const generator = new TorchGenerator(5);
  add('TorchGenerator', generator.randn(20), generator.randn(3));
}

function addEstimators(add: Add): void {
  // deterministic and irregular, with a heavy tail
  const sample = Float64Array.from({ length: 900 }, (_, i) => Math.tan(1.5 * Math.sin(i * i + 1)));
  const logs = sample.map((x) => 3 * Math.log(Math.abs(x)));
  const { value, standardError, effectiveSampleSize } = absoluteMoment(sample, 1.5);
  add('absoluteMoment', [value, standardError, effectiveSampleSize]);
  const logMoment = logAbsoluteMoment(logs, 2, { logWeights: sample.map((x) => -Math.abs(x)) });
  add('logAbsoluteMoment', [
    logMoment.logValue,
    logMoment.relativeStandardError,
    logMoment.effectiveSampleSize,
  ]);
  const hill = hillTailIndex(sample, 60);
  const block = blockTailIndex(sample);
  add('hillTailIndex, blockTailIndex', [
    hill.value,
    hill.standardError,
    block.value,
    block.standardError,
    block.blockSize,
  ]);
  const plot = hillEstimates(sample);
  add('hillEstimates', plot.value.slice(0, 40), plot.standardError.slice(0, 5));
  const cdf = empiricalCdf(sample);
  add('empiricalCdf', [-1, 0, 2].map(cdf.cdf), [cdf.bandHalfWidth(0.9)], cdf.steps({ points: 10 }).upper);
  const density = kernelDensity(logs);
  add(
    'kernelDensity',
    [density.bandwidth],
    [-2, 0, 1].map(density.pdf),
    density.grid({ points: 20 }).density,
  );
  const law = outputLaw({ activation: relu, width: 64, depth: 10, weightStd: 0.18 });
  const one = kolmogorovSmirnov(logs, law.cdf);
  const two = kolmogorovSmirnov(logs.subarray(0, 400), logs.subarray(400));
  add('kolmogorovSmirnov', [one.statistic, one.pValue, two.statistic, two.pValue]);
}

function addTraining(add: Add): void {
  for (const [experiment, first, second] of [
    ['mnist-relu', 's = 0.8', 'Kaiming'],
    ['sweep-linear-20', 's = 0.5', 's = 2'],
  ] as const) {
    const { curves } = trainingResults(experiment);
    const { mean, standardError } = meanCurve(curves, first, 'testLoss');
    add(`meanCurve: ${experiment}`, mean, standardError);
    const { runs: _, ...difference } = pairedDifference(curves, first, second, 'testAccuracy', 3);
    add(`pairedDifference: ${experiment}`, Object.values(difference));
  }
}
