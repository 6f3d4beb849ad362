import * as fs from 'node:fs';
import * as path from 'node:path';
import { nativePackage } from '../native';
import { CommandError, run } from './run';

/**
 * The path of the binding to TensorFlow's C library that @tensorflow/tfjs-node 4.22.0 loads in Node 20 and
 * later.
 */
export function bindingFile(folder: string): string {
  return path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
}

/**
 * The version of TensorFlow's library if its binding loads and @tensorflow/tfjs is installed; otherwise
 * undefined. The check runs in a separate process, because it may crash, and loads only the binding, which is
 * three times faster.
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

/**
 * The version of TensorFlow's library, after loading it as loadTensorFlow does and computing a matrix
 * product.
 */
export function computedVersion(): Promise<string> {
  const program = `
    const tf = require(${JSON.stringify(require.resolve('../native'))}).loadNative();
    const [product] = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
    if (tf.getBackend() !== 'tensorflow' || product !== 11) throw new Error('a test product is ' + product + ' instead of 11');
    tf.backend().binding.TF_Version`;
  return run(process.execPath, ['-p', program]);
}
