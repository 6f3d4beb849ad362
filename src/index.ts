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
