import { type Judgement, judgeSignal } from './judge';
import { type LayerVariable, Unreadable } from './layerKinds';
import { measure } from './measure';
import type { TfTensor } from './modelGraph';
import { type Assessed, assess, assessGradient, rootMeanSquare } from './predict';
import type { LayerCall, ModelReading } from './readModel';
import { originsOf, referencesOf } from './references';

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
  /** The weighted layers, in order, in their last application. */
  readonly assessed: readonly Assessed[];
  /** The applications that the verdict is about. */
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
  const { weighted, outputs } = reading;
  if (!weighted.some(({ kernels }) => kernels.length > 0))
    throw new Error('the model has no dense or convolutional layer');
  const origins = originsOf(reading, settings.training);
  const { measured, logNormsAt, noGradient } = measure(reading, inputs, {
    ...settings,
    weights: trial ?? new Map(),
    wantsActive: ({ layer, law }) =>
      trial === undefined &&
      layer.getClassName() === 'Dense' &&
      !(law instanceof Unreadable) &&
      law.lower === 0 &&
      law.upper === 0,
    at: new Set([...[...origins.inputs.values(), ...origins.latest.values()].flat(), ...outputs]),
  });
  const references = referencesOf(reading, origins, logNormsAt);
  const currentValue = (variable: LayerVariable) => trial?.get(variable) ?? variable.read();
  const scales = new Map(
    weighted.flatMap(({ kernels }) =>
      kernels.map(({ variable }) => [variable, rootMeanSquare(currentValue(variable))] as const),
    ),
  );
  const assessed = new Map<LayerCall, Assessed>();
  const all = weighted.flatMap(({ applications }) => applications);
  const context = { ...settings, references, count: all.length, scales, currentValue, assessed };
  for (const each of all) assessed.set(each, assess(each, measured.get(each)!, context));
  for (const each of [...all].reverse()) assessGradient(each, assessed);
  // values after a softmax fused with the last layer do not measure the signal
  const judged = all
    .filter(({ of }) => of.head === undefined)
    .map((each) => assessed.get(each)!)
    .filter((each) => each.references.length > 0);
  const ends = outputs.map((value) => ({ name: value.call!.layer.name, zeros: references.zerosIn(value) }));
  return {
    ...judgeSignal(judged, ends, settings.training),
    inputLogNorm: references.inputLogNorm,
    scales,
    assessed: weighted.map(({ applications }) => assessed.get(applications.at(-1)!)!),
    judged,
    noGradient,
  };
}
