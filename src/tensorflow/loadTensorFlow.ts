import { type LoadedTensorFlow, loadBackend } from './backend';
import { registerInitializers } from './registry';

let loading: Promise<LoadedTensorFlow> | undefined;

/**
 * Loads TensorFlow.js and registers the initializers of this package. Call it before using the initializers,
 * initializeModel or initializationReport. Later calls return the same object.
 *
 * In Node the backend is native TensorFlow if it works (`npx fracmoment setup` installs it); otherwise WebAssembly, if
 * `@tensorflow/tfjs-backend-wasm` is installed, completed by the kernels that training needs; otherwise plain JavaScript.
 * The environment variable FRACMOMENT_TFJS overrides the choice: 'skip' leaves native TensorFlow alone, 'required' uses
 * nothing else. In a browser it is the one that `@tensorflow/tfjs` prefers, WebGL where there is one, or the one that
 * the page has set; WebAssembly is completed there, too.
 * @returns `tf`, `backend` and `detail`.
 * @throws (rejects) RangeError if FRACMOMENT_TFJS has another value; Error if TensorFlow.js is not installed, or no
 *   backend, or not the required one, can be loaded.
 * @example
 * const { tf, backend } = await loadTensorFlow();
 * tf.getBackend() === backend // true
 */
export function loadTensorFlow(): Promise<LoadedTensorFlow> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<LoadedTensorFlow> {
  const loaded = await loadBackend();
  registerInitializers(loaded.tf);
  return Object.freeze(loaded);
}
