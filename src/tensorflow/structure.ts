// What of TensorFlow.js' types the public functions need, by structure: whatever version or copy of it is used fits, and no
// declaration of this package makes a compiler read those of TensorFlow.js.

/** The backends of TensorFlow.js that `loadTensorFlow` may use. */
export type Backend = 'tensorflow' | 'wasm' | 'webgl' | 'cpu';

/** A tensor of TensorFlow.js. */
export interface Tensor {
  readonly shape: number[];
  /** Its numbers, read at once. */
  dataSync(): Float32Array | Int32Array | Uint8Array;
  /** Frees its memory. */
  dispose(): void;
}

/** A layers model of TensorFlow.js: from tf.sequential, tf.model or tf.loadLayersModel. */
export interface LayersModel {
  readonly layers: readonly { readonly name: string }[];
  readonly inputs: readonly unknown[];
}

/** A value of an initializer's configuration. */
export type ConfigValue = boolean | number | string | null | ConfigValue[] | { [name: string]: ConfigValue };

/**
 * A TensorFlow.js initializer: pass it as kernelInitializer, depthwiseInitializer or pointwiseInitializer.
 */
export interface Initializer {
  /** Draws a kernel of this shape. */
  apply<T = Tensor>(shape: (number | null)[], dtype?: string): T;
  getConfig(): { [name: string]: ConfigValue };
  getClassName(): string;
  fromConfigUsesCustomObjects(): boolean;
}
