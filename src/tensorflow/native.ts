import * as path from 'node:path';
import { requireOneOf } from '../core/validation';
import { resolved } from '../platform/resolve';

import util = require('node:util');

/** The TensorFlow.js module, with core, layers and data. */
export type TensorFlow = typeof import('@tensorflow/tfjs');

/** Whether to use native TensorFlow: a value of the environment variable FRACMOMENT_TFJS. */
export type NativeMode = 'auto' | 'required' | 'skip';

export const nativeModes: readonly NativeMode[] = ['auto', 'required', 'skip'];

/**
 * The mode set by the environment variable FRACMOMENT_TFJS; 'auto' if it is unset or empty.
 * @throws RangeError if it has another value.
 */
export function nativeMode(): NativeMode {
  return requireOneOf('FRACMOMENT_TFJS', process.env.FRACMOMENT_TFJS || 'auto', nativeModes);
}

/** The folder of @tensorflow/tfjs-node as resolved by this package; undefined if it is not installed. */
export function nativePackage(): string | undefined {
  const manifest = resolved('@tensorflow/tfjs-node/package.json');
  return manifest && path.dirname(manifest);
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
