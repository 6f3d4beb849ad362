import type { LoadedTensorFlow } from './backend';
import type { Backend } from './structure';
import { fixWasmKernels } from './wasmKernels';

/** Loads TensorFlow.js with the backend that it prefers in this browser. */
export async function loadBackend(): Promise<LoadedTensorFlow> {
  const tf = await import('@tensorflow/tfjs');
  await tf.ready();
  // whatever the backend is now: the page may change it
  if (tf.getKernel('BatchMatMul', 'wasm')) fixWasmKernels(tf);
  const backend = tf.getBackend() as Backend;
  return { tf, backend, detail: `the backend ${backend} of TensorFlow.js ${tf.version_core}` };
}
