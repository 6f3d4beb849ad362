export {
  type Activation,
  activationName,
  dropout,
  inEvaluation,
  leakyRelu,
  linear,
  relu,
  rrelu,
} from './activations';
export { cellSignal, type DisplayOptions, display, inNotebook, type MimeBundle } from './cell';
export { type KolmogorovSmirnov, kolmogorovSmirnov } from './estimators/kolmogorovSmirnov';
export type { Sample } from './estimators/sample';
export { coordinateLogMoments, type Outputs, rescaleWeights } from './simulation/outputs';
export {
  type Figure1a,
  type ReplayControl,
  replayAuthorsNetworks,
  replayFigure1a,
} from './simulation/replay';
export {
  type SimulationOptions,
  simulateLogNorms,
  simulateOutputs,
  simulateOutputsWithMatrices,
} from './simulation/simulate';
export { TorchGenerator } from './simulation/torchRandom';
export { type LogNormMoments, logNormMoments, lyapunovExponent } from './theory/logNorm';
export { meanFourthPower, meanSquare, momentFactor } from './theory/moments';
export {
  kaimingStd,
  type LayerSize,
  lyapunovStd,
  momentPreservingStd,
  randomWalkStd,
  type StdArguments,
  xavierStd,
} from './theory/std';
