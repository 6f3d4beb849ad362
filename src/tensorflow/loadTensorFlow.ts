import { registerInitializers } from './initializers';
import { loadNative, type TensorFlow } from './native';
import { nativeMode } from './setup/setup';
import { fixWasmKernels } from './wasmKernels';

/** TensorFlow.js, ready to be used. */
export interface LoadedTensorFlow {
  /** The library: the same object as `@tensorflow/tfjs-node` or, on WebAssembly, `@tensorflow/tfjs` exports. */
  readonly tf: TensorFlow;
  /** What computes: native TensorFlow, or WebAssembly in one thread. */
  readonly backend: 'tensorflow' | 'wasm';
  /** The backend in words; for WebAssembly also why it is not the native one. */
  readonly detail: string;
}

let loading: Promise<LoadedTensorFlow> | undefined;

/**
 * Loads TensorFlow.js with the initializers of this package registered: once, every later call gives the same.
 *
 * Native TensorFlow where it works (see setupTensorFlow), else WebAssembly with the kernels that training needs.
 * The environment variable FRACMOMENT_TFJS decides otherwise: 'skip' takes WebAssembly, 'required' takes nothing
 * but native TensorFlow.
 * @throws (rejects) RangeError if FRACMOMENT_TFJS has another value; Error where no backend, or not the required one,
 *   can be loaded.
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
  if (mode === 'skip') return loadWasm('as asked for by FRACMOMENT_TFJS=skip');
  try {
    const tf = loadNative();
    await tf.ready();
    if (tf.getBackend() !== 'tensorflow') throw new Error(`the backend is ${tf.getBackend()}`);
    return { tf, backend: 'tensorflow', detail: 'native TensorFlow' };
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]!.trim();
    if (mode === 'required')
      throw new Error(`native TensorFlow cannot be loaded: ${reason}`, { cause: error });
    return loadWasm(`native TensorFlow cannot be loaded (${reason}); try: npx fracmoment setup`);
  }
}

async function loadWasm(why: string): Promise<LoadedTensorFlow> {
  const tf = require('@tensorflow/tfjs') as TensorFlow;
  require('@tensorflow/tfjs-backend-wasm');
  // its threads do not run under Node, where they would end in the slow plain backend
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.setBackend('wasm')) || tf.getBackend() !== 'wasm')
    throw new Error('the WebAssembly backend of TensorFlow.js cannot be started');
  fixWasmKernels(tf);
  return { tf, backend: 'wasm', detail: `WebAssembly: ${why}` };
}
