// TensorFlow.js for cells in a browser: @tensorflow/tfjs without WebGL, on WebAssembly of the site's own.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';
import * as data from '@tensorflow/tfjs-data';

export * from '@tensorflow/tfjs-backend-cpu';
export * from '@tensorflow/tfjs-converter';
export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
export { data };

/** Resolves when the backend is there; the module waits for it. */
export async function startWasm(folder: string): Promise<void> {
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false); // results are the same on every machine
  setWasmPaths(folder);
  if (!(await setBackend('wasm')))
    throw new Error('the WebAssembly backend of TensorFlow.js cannot be started');
}
