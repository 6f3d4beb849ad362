import { type Judgement, judgeSignal } from './judge';
import { type LayerVariable, Unreadable } from './layerKinds';
import { measure } from './measure';
import type { TfTensor } from './modelGraph';
import { type Assessed, assess, assessGradient, mean, rootMeanSquare } from './predict';
import type { ModelReading, WeightedLayer } from './readModel';

/** What a report is made for: the order of the moment, the mode and the seed of the run. */
export interface ReportSettings {
  readonly training: boolean;
  readonly s: number;
  readonly seed: number;
}

/** A model measured, compared with the theory, and judged. */
export interface Diagnosis extends Judgement {
  readonly inputLogNorm: number;
  /** The root mean square of every kernel. */
  readonly scales: ReadonlyMap<LayerVariable, number>;
  /** In the order of the weighted layers. */
  readonly assessed: readonly Assessed[];
  /** The layers that the verdict is about. */
  readonly judged: readonly Assessed[];
  /** Why gradients could not be measured. */
  readonly noGradient: string | undefined;
}

/**
 * Diagnoses a model on a batch.
 * @param trial weights in place of some of the model's own, to judge only: dead units are then not predicted
 * @throws RangeError if the inputs are not finite or all zero; Error if the model has no dense or
 *   convolutional layer.
 */
export function diagnose(
  reading: ModelReading,
  inputs: readonly TfTensor[],
  settings: ReportSettings,
  trial?: ReadonlyMap<LayerVariable, TfTensor>,
): Diagnosis {
  const { weighted } = reading;
  const first = weighted.find(({ kernels }) => kernels.length > 0);
  if (first === undefined) throw new Error('the model has no dense or convolutional layer');
  const { measured, noGradient } = measure(reading, inputs, {
    ...settings,
    weights: trial ?? new Map(),
    wantsActive: ({ layer, law }) =>
      trial === undefined &&
      layer.getClassName() === 'Dense' &&
      !(law instanceof Unreadable) &&
      law.lower === 0 &&
      law.upper === 0,
  });
  const reference = measured.get(first)!.input;
  const inputLogNorm = mean(reference);
  if (inputLogNorm === undefined || !Number.isFinite(inputLogNorm))
    throw new RangeError(
      `inputs must be finite and not all zero; the mean of their log-norms is ${inputLogNorm}`,
    );
  const assessed = new Map<WeightedLayer, Assessed>();
  const currentValue = (variable: LayerVariable) => trial?.get(variable) ?? variable.read();
  const scales = new Map(
    weighted.flatMap(({ kernels }) =>
      kernels.map(({ variable }) => [variable, rootMeanSquare(currentValue(variable))] as const),
    ),
  );
  const context = { ...settings, reference, scales, currentValue, assessed };
  for (const layer of weighted) assessed.set(layer, assess(layer, measured.get(layer)!, context));
  for (const layer of [...weighted].reverse()) assessGradient(layer, assessed);
  const all = weighted.map((layer) => assessed.get(layer)!);
  // values after a softmax fused with the last layer do not measure the signal
  const judged = all.filter((_, i) => weighted[i]!.head === undefined);
  const judgement = judgeSignal(judged, { inputLogNorm, training: settings.training });
  return { ...judgement, inputLogNorm, scales, assessed: all, judged, noGradient };
}
