import { resolved } from '../platform/resolve';
import { companionAdvice } from '../platform/runtime';
import { loadNative, nativeMode, nativePackage, type TensorFlow } from './native';
import type { Backend } from './structure';
import { fixWasmKernels } from './wasmKernels';

/** The result of `loadTensorFlow`. */
export interface LoadedTensorFlow {
  /** The library, as exported by `@tensorflow/tfjs-node` or, with the other backends, by `@tensorflow/tfjs`. */
  readonly tf: TensorFlow;
  /** The backend: native TensorFlow, single-threaded WebAssembly, plain JavaScript ('cpu'), or in a browser 'webgl'. */
  readonly backend: Backend;
  /** A description of the backend, with the reason why native TensorFlow is not used. */
  readonly detail: string;
}

/** Loads TensorFlow.js with the best backend that works in Node. */
export async function loadBackend(): Promise<LoadedTensorFlow> {
  const mode = nativeMode();
  if (mode === 'skip') return loadPortable('requested by FRACMOMENT_TFJS=skip');
  if (mode === 'auto' && nativePackage() === undefined)
    return loadPortable(
      `native TensorFlow is not installed; to install it, run: ${companionAdvice()}, then npx fracmoment setup`,
    );
  try {
    const tf = loadNative();
    await tf.ready();
    if (tf.getBackend() !== 'tensorflow') throw new Error(`its backend is ${tf.getBackend()}`);
    return { tf, backend: 'tensorflow', detail: 'native TensorFlow' };
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]!.trim();
    if (mode === 'required')
      throw new Error(`native TensorFlow cannot be loaded: ${reason}`, { cause: error });
    return loadPortable(
      `native TensorFlow cannot be loaded (${reason}); to install it, run: npx fracmoment setup`,
    );
  }
}

async function loadPortable(why: string): Promise<LoadedTensorFlow> {
  if (resolved('@tensorflow/tfjs') === undefined)
    throw new Error('TensorFlow.js is not installed: npm install @tensorflow/tfjs@4');
  const tf = require('@tensorflow/tfjs') as TensorFlow;
  if (resolved('@tensorflow/tfjs-backend-wasm') === undefined) {
    await tf.setBackend('cpu');
    const advice = 'npm install @tensorflow/tfjs-backend-wasm@4 adds a faster one';
    return { tf, backend: 'cpu', detail: `plain JavaScript (${advice}): ${why}` };
  }
  require('@tensorflow/tfjs-backend-wasm');
  // multithreading does not work in Node, and would fall back to the slow plain backend
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.setBackend('wasm')) || tf.getBackend() !== 'wasm')
    throw new Error('the WebAssembly backend of TensorFlow.js cannot be started');
  fixWasmKernels(tf);
  return { tf, backend: 'wasm', detail: `WebAssembly: ${why}` };
}
