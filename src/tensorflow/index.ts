// fracmoment/tensorflow: what is typed by TensorFlow.js itself.
export type { LoadedTensorFlow } from './backend';
export { loadTensorFlow } from './loadTensorFlow';
export type { TensorFlow } from './native';
export { registerInitializers } from './registry';
