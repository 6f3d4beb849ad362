import type { Figure } from '../charts/figure';
import type { Activation } from '../core/activations';
import type { InitializationScheme } from './initializationScheme';

/** A measured quantity and its prediction. Each is undefined where it cannot be measured or predicted. */
export interface Compared {
  readonly measured: number | undefined;
  readonly predicted: number | undefined;
}

/**
 * The measurements and predictions of one layer with weights, after its activation, dropout and
 * normalization; of its last application if it has several.
 */
export interface LayerReport {
  /** The layer's name. */
  readonly name: string;
  /** Its TensorFlow.js class name: 'Dense', 'Conv2D', … */
  readonly kind: string;
  /** Number of units or output channels; undefined for layer types without a known kernel. */
  readonly width: number | undefined;
  /** Its activation, including dropout; undefined if it could not be read. */
  readonly activation: Activation | undefined;
  /** Root mean square of its kernel, an estimate of the weight standard deviation. */
  readonly weightStd: number | undefined;
  /**
   * Mean over the inputs of log(‖x‖/√size). The prediction is the mean over redraws of the weights; `spread`
   * is the standard deviation over redraws for one input. docs/theory.md, equation (67).
   */
  readonly logNorm: Compared & { readonly spread: number | undefined };
  /** Mean over the inputs of (‖x‖/√size)ˢ, relative to the first input that it depends on. Equation (68). */
  readonly moment: Compared;
  /** Share of inputs whose ‖x‖/√size is below a tenth of that of the first input that it depends on. */
  readonly smallShare: Compared;
  /** Share of dead units: units that are zero for every input. Equation (69). */
  readonly deadShare: Compared;
  /**
   * Mean over the inputs of log‖∂L/∂x‖, where L is the inner product of the model's output with a random unit
   * vector. Equation (66).
   */
  readonly gradient: Compared & { readonly spread: number | undefined };
  /**
   * Whether the log-norm is as the theory has it: a model of independent normal weights has any layer that is
   * not with a probability of about 0.001.
   */
  readonly asPredicted: boolean | undefined;
  /** Why there is no prediction. */
  readonly note: string | undefined;
}

/**
 * How the signal and the gradient behave over the depth: their norm is kept, vanishes, explodes, or is zero.
 */
export type Verdict = 'healthy' | 'vanishing' | 'exploding' | 'dead';

/**
 * The result of `initializationReport`. When printed or converted to a string, it shows the summary and a
 * table; as the value of a notebook cell, the table is one of HTML or Markdown.
 */
export interface InitializationReport {
  /** Number of inputs in the batch. */
  readonly inputs: number;
  /** Whether dropout and normalization were applied as in training. */
  readonly training: boolean;
  /** The order of the moment. */
  readonly s: number;
  /**
   * Mean over the inputs of log(‖x‖/√size) as they enter the first layer with a kernel; for a model with
   * several inputs, of the first that is not zero.
   */
  readonly inputLogNorm: number;
  /** The layers with weights, in model order. */
  readonly layers: readonly LayerReport[];
  readonly verdict: Verdict;
  /** The verdict, the reason for it, how to fix the initialization, and which layers have no prediction. */
  readonly summary: string;
  /**
   * The scheme to pass to initializeModel to fix the initialization, provided the biases are zero. It was
   * tried and made the model healthy. Undefined if none is needed or none helps.
   */
  readonly recommendation: InitializationScheme | undefined;
  toString(): string;
  /**
   * A chart of the log-norms of signal and gradient by layer: measured, and predicted ± 2 standard
   * deviations.
   */
  chart(): Figure;
}
