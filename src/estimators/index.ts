// fracmoment/estimators: moments, tails and densities of any sample.
export {
  type AbsoluteMoment,
  absoluteMoment,
  type LogAbsoluteMoment,
  logAbsoluteMoment,
} from './absoluteMoment';
export { blockTailIndex } from './blockTailIndex';
export { type EmpiricalCdf, empiricalCdf } from './empiricalCdf';
export { type HillEstimates, hillEstimates, hillTailIndex, type TailIndex } from './hill';
export { type KernelDensity, kernelDensity } from './kernelDensity';
export type { Alternative } from './kolmogorovDistribution';
export { type KolmogorovSmirnov, kolmogorovSmirnov } from './kolmogorovSmirnov';
export type { Sample } from './sample';
