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
