import { loadNative, type TensorFlow } from './native';
import { registerInitializers } from './registry';
import { nativeMode } from './setup/setup';
import { fixWasmKernels } from './wasmKernels';

/** The result of `loadTensorFlow`. */
export interface LoadedTensorFlow {
  /** The library, as exported by `@tensorflow/tfjs-node` or, with WebAssembly, by `@tensorflow/tfjs`. */
  readonly tf: TensorFlow;
  /** The backend: native TensorFlow, or single-threaded WebAssembly. */
  readonly backend: 'tensorflow' | 'wasm';
  /** A description of the backend; for WebAssembly with the reason why native TensorFlow is not used. */
  readonly detail: string;
}

let loading: Promise<LoadedTensorFlow> | undefined;

/**
 * Loads TensorFlow.js and registers the initializers of this package. Call it before using the initializers,
 * initializeModel or initializationReport. Later calls return the same object.
 *
 * The backend is native TensorFlow if it works (`npx fracmoment setup` installs it), otherwise WebAssembly,
 * completed by the kernels that training needs. The environment variable FRACMOMENT_TFJS overrides the
 * choice: 'skip' uses WebAssembly, 'required' uses native TensorFlow only.
 * @returns `tf`, `backend` and `detail`.
 * @throws (rejects) RangeError if FRACMOMENT_TFJS has another value; Error if no backend, or not the required
 *   one, can be loaded.
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

async function loadBackend(): Promise<LoadedTensorFlow> {
  const mode = nativeMode();
  if (mode === 'skip') return loadWasm('requested by FRACMOMENT_TFJS=skip');
  try {
    const tf = loadNative();
    await tf.ready();
    if (tf.getBackend() !== 'tensorflow') throw new Error(`its backend is ${tf.getBackend()}`);
    return { tf, backend: 'tensorflow', detail: 'native TensorFlow' };
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]!.trim();
    if (mode === 'required')
      throw new Error(`native TensorFlow cannot be loaded: ${reason}`, { cause: error });
    return loadWasm(
      `native TensorFlow cannot be loaded (${reason}); to install it, run: npx fracmoment setup`,
    );
  }
}

async function loadWasm(why: string): Promise<LoadedTensorFlow> {
  const tf = require('@tensorflow/tfjs') as TensorFlow;
  require('@tensorflow/tfjs-backend-wasm');
  // multithreading does not work in Node, and would fall back to the slow plain backend
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.setBackend('wasm')) || tf.getBackend() !== 'wasm')
    throw new Error('the WebAssembly backend of TensorFlow.js cannot be started');
  fixWasmKernels(tf);
  return { tf, backend: 'wasm', detail: `WebAssembly: ${why}` };
}
