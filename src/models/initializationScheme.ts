import type { Activation } from '../core/activations';
import type { SchemeName } from '../theory/schemes';
import type { StdMethod } from '../theory/std';

/** An initialization scheme: the name of its initializer, and its own parameters. */
export type InitializationScheme =
  | { scheme: 'momentPreserving'; s: number; method?: StdMethod }
  | { scheme: Exclude<SchemeName, 'momentPreserving'> };

/** A kernel drawn by `initializeModel`. */
export interface InitializedKernel {
  /** Name of the layer; a separable convolution has two kernels. */
  layer: string;
  /** Number of the kernel, from 0: it is drawn from the random stream (seed, number). */
  number: number;
  /** The seed given, or drawn where none was given: with it, the same kernels are drawn again. */
  seed: number;
  /** The activation that was used; undefined for xavierNormal, which does not depend on it. */
  activation: Activation | undefined;
}
