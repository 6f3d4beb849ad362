// fracmoment/theory: activations, and exact results on random networks.
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
} from '../core/activations';
export { type LogNormMoments, logNormMoments, lyapunovExponent } from './logNorm';
export { meanFourthPower, meanSquare, momentFactor } from './moments';
export { type OutputLaw, type OutputLawArguments, outputLaw, type RandomLayer } from './outputLaw';
export {
  kaimingStd,
  type LayerSize,
  lyapunovStd,
  momentPreservingStd,
  randomWalkStd,
  type StdArguments,
  type StdMethod,
  xavierStd,
} from './std';
