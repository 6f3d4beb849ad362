import * as path from 'node:path';

import util = require('node:util');

/** The TensorFlow.js module, with core, layers and data. */
export type TensorFlow = typeof import('@tensorflow/tfjs');

/** The folder of @tensorflow/tfjs-node as resolved by this package; undefined if it is not installed. */
export function nativePackage(): string | undefined {
  try {
    return path.dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Loads @tensorflow/tfjs-node, which selects its backend.
 * @throws Error if the package, its binding or TensorFlow's library is missing.
 */
export function loadNative(): TensorFlow {
  // read when TensorFlow is loaded: suppresses its messages about the processor on stderr
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // tfjs-node calls both; Node 22 warns about the first, and Node 23 has removed it
  Object.assign(util, {
    isNullOrUndefined: (x: unknown) => x === null || x === undefined,
    isArray: Array.isArray,
  });
  return require('@tensorflow/tfjs-node') as TensorFlow;
}
