// fracmoment/simulation: random networks at initialization.
export {
  type ImportanceSampledMoment,
  type ImportanceSamplingOptions,
  importanceSampledMoment,
} from './importanceSampling';
export { coordinateLogMoments, type NetworkOutputs, rescaleOutputs } from './outputs';
export {
  type SimulationOptions,
  simulateLogNorms,
  simulateOutputs,
} from './simulate';
