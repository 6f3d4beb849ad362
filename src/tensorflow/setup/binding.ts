import * as fs from 'node:fs';
import * as path from 'node:path';
import { nativePackage } from '../native';
import { CommandError, run } from './run';

/** Where @tensorflow/tfjs-node 4.22.0 looks for its binding to TensorFlow's C library, on every Node from 20 on. */
export function bindingFile(folder: string): string {
  return path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
}

/**
 * The version of TensorFlow's library if the binding to it loads and the packages around it are there; in a process
 * of its own since it may crash. TensorFlow.js as a whole would take three times as long to load.
 */
export async function workingVersion(): Promise<string | undefined> {
  const folder = nativePackage();
  if (folder === undefined || !fs.existsSync(bindingFile(folder))) return undefined;
  try {
    const [binding, paths] = [bindingFile(folder), [folder]].map((value) => JSON.stringify(value));
    const program = `require.resolve('@tensorflow/tfjs', { paths: ${paths} }); require(${binding}).TF_Version`;
    return await run(process.execPath, ['-p', program]);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** The version of TensorFlow's library after a product was computed with it, all as loadTensorFlow loads it. */
export function computedVersion(): Promise<string> {
  const program = `
    const tf = require(${JSON.stringify(require.resolve('../native'))}).loadNative();
    const [product] = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
    if (tf.getBackend() !== 'tensorflow' || product !== 11) throw new Error('it computes ' + product + ', not 11');
    tf.backend().binding.TF_Version`;
  return run(process.execPath, ['-p', program]);
}
