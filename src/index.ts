export { type Axis, type ChartOptions, chart } from './charts/chart';
export { type ExplorableOptions, explorable } from './charts/explorable';
export type { Figure, Json, JsonObject, Numbers } from './charts/figure';
export {
  band,
  type HeatmapOptions,
  type HistogramOptions,
  heatmap,
  histogram,
  type LabelOptions,
  type LineOptions,
  label,
  line,
  type Mark,
  type PointOptions,
  points,
  type RuleOptions,
  rule,
  type SeriesOptions,
} from './charts/marks';
export { type Color, palette, shades } from './charts/palette';
export { panels } from './charts/panels';
export {
  type Activation,
  type ActivationLike,
  activationName,
  dropout,
  inEvaluation,
  leakyRelu,
  linear,
  relu,
  rrelu,
} from './core/activations';
export { loadCifar10 } from './datasets/cifar10';
export { type DataSet, firstImages, type ImageSet } from './datasets/dataSet';
export { loadIdx } from './datasets/idx';
export { loadMnist } from './datasets/mnist';
export {
  type AbsoluteMoment,
  absoluteMoment,
  type LogAbsoluteMoment,
  logAbsoluteMoment,
} from './estimators/absoluteMoment';
export { blockTailIndex } from './estimators/blockTailIndex';
export { type EmpiricalCdf, empiricalCdf } from './estimators/empiricalCdf';
export { type HillEstimates, hillEstimates, hillTailIndex, type TailIndex } from './estimators/hill';
export { type KernelDensity, kernelDensity } from './estimators/kernelDensity';
export type { Alternative } from './estimators/kolmogorovDistribution';
export { type KolmogorovSmirnov, kolmogorovSmirnov } from './estimators/kolmogorovSmirnov';
export type { Sample } from './estimators/sample';
export { assertHealthy, initializationReport } from './models/initializationReport';
export type { InitializationScheme, InitializedKernel } from './models/initializationScheme';
export { initializeModel } from './models/initializeModel';
export type { ReadingOptions } from './models/readingOptions';
export type { Compared, InitializationReport, LayerReport, Verdict } from './models/report';
export { compare } from './notebook/comparison/compare';
export type { ComparisonRow, Provenance, Tolerance } from './notebook/comparison/judge';
export {
  type DisplayOptions,
  display,
  type MimeBundle,
  untilInterrupted,
} from './notebook/host';
export { type Progress, progress } from './notebook/progress';
export { type LiveFigure, show, showLive } from './notebook/show';
export {
  type Figure1a,
  type ReplayControl,
  replayAuthorsNetworks,
  replayFigure1a,
} from './paper/replay';
export { TorchGenerator } from './paper/torchRandom';
export { cellSignal } from './platform/cellSignal';
export { type Picture, renderPng, saveFigure } from './render/render';
export {
  type ImportanceSampledMoment,
  type ImportanceSamplingOptions,
  importanceSampledMoment,
} from './simulation/importanceSampling';
export { coordinateLogMoments, type NetworkOutputs, rescaleOutputs } from './simulation/outputs';
export {
  type SimulationOptions,
  simulateLogNorms,
  simulateOutputs,
} from './simulation/simulate';
export {
  type InitializerOptions,
  kaimingNormal,
  lyapunov,
  momentPreserving,
  randomWalk,
  xavierNormal,
} from './tensorflow/initializers';
export type { ConfigValue, Initializer, LayersModel, Tensor } from './tensorflow/structure';
export { type LogNormMoments, logNormMoments, lyapunovExponent } from './theory/logNorm';
export { meanFourthPower, meanSquare, momentFactor } from './theory/moments';
export { type OutputLaw, type OutputLawArguments, outputLaw, type RandomLayer } from './theory/outputLaw';
export {
  kaimingStd,
  type LayerSize,
  lyapunovStd,
  momentPreservingStd,
  randomWalkStd,
  type StdArguments,
  type StdMethod,
  xavierStd,
} from './theory/std';
export type { Architecture, Convolution, LayerShape, Scheme } from './training/architecture';
export type { Augmentation, PixelScale } from './training/batches';
export { curveChart } from './training/curveChart';
export type { NetworkCurve } from './training/curves';
export type { SgdOptions, TrainingOptions, TrainingResult } from './training/options';
export { type TrainingResults, type TrainingShard, trainingResults } from './training/results';
export {
  type MeanCurve,
  type Measure,
  meanCurve,
  type PairedDifference,
  pairedDifference,
} from './training/statistics';
export { trainEnsemble } from './training/trainEnsemble';
