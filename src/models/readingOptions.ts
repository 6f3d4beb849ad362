import type { ActivationLike } from '../core/activations';

/** Information that cannot be read from a model. */
export interface ReadingOptions {
  /**
   * The activations of layers that cannot be read, by layer name: fused with a layer with weights, or layers
   * of their own.
   */
  activations?: Readonly<Record<string, ActivationLike>>;
}
