export * from './charts/index';
export { type DataSet, firstImages, type ImageSet } from './datasets/dataSet';
export { loadIdx } from './datasets/idx';
export { loadMnist } from './datasets/mnist';
export * from './estimators/index';
export { assertHealthy, initializationReport } from './models/initializationReport';
export type { InitializationScheme, InitializedKernel } from './models/initializationScheme';
export { initializeModel } from './models/initializeModel';
export type { ReadingOptions } from './models/readingOptions';
export type { Compared, InitializationReport, LayerReport, Verdict } from './models/report';
export { loadCifar10, renderPng, saveFigure } from './nodeOnly';
export { compare } from './notebook/comparison/compare';
export type { ComparisonRow, Provenance, Tolerance } from './notebook/comparison/judge';
export {
  type DisplayOptions,
  display,
  type MimeBundle,
  untilInterrupted,
} from './notebook/host';
export type { Picture } from './notebook/picture';
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
export * from './simulation/index';
export {
  type InitializerOptions,
  kaimingNormal,
  lyapunov,
  momentPreserving,
  randomWalk,
  xavierNormal,
} from './tensorflow/initializers';
export type { Backend, ConfigValue, Initializer, LayersModel, Tensor } from './tensorflow/structure';
export * from './theory/index';
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
