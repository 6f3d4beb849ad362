import type { Figure } from '../charts/figure';
import type { Activation } from '../core/activations';
import type { InitializationScheme } from './initializeModel';

/** A quantity beside what theory predicts for it; undefined where there is nothing to measure or no theory. */
export interface Compared {
  readonly measured: number | undefined;
  readonly predicted: number | undefined;
}

/** One layer with weights, measured after its activation, dropout and normalization. */
export interface LayerReport {
  /** The layer's name. */
  readonly name: string;
  /** TensorFlow.js' name for its kind: 'Dense', 'Conv2D' … */
  readonly kind: string;
  /** Units, or output channels; undefined where the kernel is unknown. */
  readonly width: number | undefined;
  /** The law of its activation and dropout; undefined where it could not be read. */
  readonly activation: Activation | undefined;
  /** Root mean square of its kernel. */
  readonly weightStd: number | undefined;
  /**
   * Mean over the inputs of log(‖x‖/√size). The prediction is that over re-draws of the weights, whose standard
   * deviation for one input is `spread`.
   */
  readonly logNorm: Compared & { readonly spread: number | undefined };
  /** Mean over the inputs of (‖x‖/√size)ˢ, relative to what enters the first layer. */
  readonly moment: Compared;
  /** Share of inputs whose ‖x‖/√size is below a tenth of what enters the first layer. */
  readonly smallShare: Compared;
  /** Share of units that are zero for every input. */
  readonly deadShare: Compared;
  /** Mean over the inputs of log‖∂L/∂x‖, L being the output's product with a random vector of norm 1. */
  readonly gradient: Compared & { readonly spread: number | undefined };
  /** Whether the log-norm is within six standard deviations of its prediction. */
  readonly asPredicted: boolean | undefined;
  /** Why there is no prediction. */
  readonly note: string | undefined;
}

/** What becomes of the signal: it keeps its size, vanishes, grows out of bounds, or is zero. */
export type Verdict = 'healthy' | 'vanishing' | 'exploding' | 'dead';

/** A diagnosis of a model's initialization. As text, or printed, it is its summary and a table. */
export interface InitializationReport {
  /** How many inputs were used. */
  readonly inputs: number;
  /** Whether dropout and normalization worked as in training. */
  readonly training: boolean;
  /** The order of the moment. */
  readonly s: number;
  /** log(‖x‖/√size) of what enters the first layer with weights, in the mean over the inputs. */
  readonly inputLogNorm: number;
  /** The layers with weights, in the order of the model's. */
  readonly layers: readonly LayerReport[];
  readonly verdict: Verdict;
  /** The verdict, why, what mends it and what theory leaves out, in sentences. */
  readonly summary: string;
  /**
   * The scheme for initializeModel that mends it, biases being zero; undefined if none is needed, or none known to
   * help.
   */
  readonly recommendation: InitializationScheme | undefined;
  toString(): string;
  /** Log-norms and gradients over the layers, measured and predicted, in bands of two standard deviations. */
  chart(): Figure;
}
