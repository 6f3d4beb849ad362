import * as path from 'node:path';

import util = require('node:util');

/** TensorFlow.js as one object: its core, its layers, its data sets. */
export type TensorFlow = typeof import('@tensorflow/tfjs');

/** The folder of @tensorflow/tfjs-node as this package resolves it; undefined where it is not installed. */
export function nativePackage(): string | undefined {
  try {
    return path.dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Loads @tensorflow/tfjs-node with its backend selected.
 * @throws whatever stands in its way: the package, its binding or TensorFlow's library is missing.
 */
export function loadNative(): TensorFlow {
  // TensorFlow reads this once, when it is loaded; without it, it describes the processor on stderr
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // tfjs-node calls these two; Node 22 warns of the first, Node 23 has removed it
  Object.assign(util, {
    isNullOrUndefined: (x: unknown) => x === null || x === undefined,
    isArray: Array.isArray,
  });
  return require('@tensorflow/tfjs-node') as TensorFlow;
}
