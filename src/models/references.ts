import { kernelVariables, roleOf } from './layerKinds';
import { mean } from './logNorms';
import type { Call, Value } from './modelGraph';
import type { ModelReading } from './readModel';

/** Where the signal in the output of a call starts, by call; nowhere before the first layer with a kernel. */
export interface Origins {
  /** The inputs that the call depends on, as they enter the first layer with a kernel or join its signal. */
  readonly inputs: ReadonlyMap<Call, readonly Value[]>;
  /** The same, except that in training each normalization is a new start. */
  readonly latest: ReadonlyMap<Call, readonly Value[]>;
}

/** Where a signal starts, and its mean log-norm there. */
export interface Reference {
  readonly logNorm: number;
  /** In words: "the input's". */
  readonly norm: string;
  /** In words: "at the input". */
  readonly place: string;
}

/** What measurements are compared with: the inputs that they depend on, without those that are all zero. */
export interface References {
  /** That of the first input of the model. */
  readonly inputLogNorm: number;
  /** The log-norms of the first input that a call depends on. */
  inputOf(call: Call): ArrayLike<number>;
  /** What the verdict compares the output of a call with, the smallest norm first. */
  of(call: Call): readonly Reference[];
  /** The share of zeros in a value, among the elements of the batch for which an input is not zero. */
  zerosIn(value: Value): number;
}

/** @param training whether normalizations set the norm */
export function originsOf({ graph: { calls } }: ModelReading, training: boolean): Origins {
  const trace = (renews: (call: Call) => boolean): Map<Call, readonly Value[]> => {
    const origins = new Map<Call, readonly Value[]>();
    for (const call of calls) {
      const before = call.inputs.map((value) => (value.call && origins.get(value.call)) ?? []);
      const starts = kernelVariables(call.layer).length > 0 || before.some(({ length }) => length > 0);
      const all = call.inputs.flatMap((value, i) => (before[i]!.length > 0 ? before[i]! : value));
      origins.set(call, starts && !renews(call) ? [...new Set(all)] : []);
    }
    return origins;
  };
  return {
    inputs: trace(() => false),
    latest: trace(({ layer }) => training && roleOf(layer) === 'normalizing'),
  };
}

/**
 * @param logNormsAt the log-norms of all origins
 * @throws RangeError if the inputs are not finite or all zero.
 */
export function referencesOf(
  { model }: ModelReading,
  { inputs, latest }: Origins,
  logNormsAt: ReadonlyMap<Value, ArrayLike<number>>,
): References {
  const starts = new Set([...inputs.values()].flat());
  const meanAt = (value: Value) => mean(logNormsAt.get(value)!)!;
  const isNotZero = (value: Value) => meanAt(value) !== -Infinity;
  const first = [...starts].find(isNotZero);
  const wrong = [...starts].map(meanAt).find((logNorm) => !(logNorm < Infinity));
  if (wrong !== undefined || first === undefined)
    throw new RangeError(
      `inputs must be finite and not all zero; the mean of their log-norms is ${wrong ?? -Infinity}`,
    );
  const references = new Map<Value, Reference>();
  for (const value of new Set([...latest.values()].flat())) {
    const place = `at '${value.call?.layer.name ?? model.inputs[value.index]!.name}'`;
    references.set(value, {
      logNorm: meanAt(value),
      ...(!starts.has(value)
        ? { norm: 'its value after the last normalization', place: 'there' }
        : starts.size > 1
          ? { norm: `its value ${place}`, place }
          : { norm: "the input's", place: 'at the input' }),
    });
  }
  return {
    inputLogNorm: meanAt(first),
    inputOf: (call) => logNormsAt.get(inputs.get(call)!.find(isNotZero) ?? first)!,
    of: (call) =>
      latest
        .get(call)!
        .filter(isNotZero)
        .map((value) => references.get(value)!)
        .sort((a, b) => a.logNorm - b.logNorm),
    zerosIn(value) {
      const from = value.call ? inputs.get(value.call)! : [];
      const counted = Array.from(logNormsAt.get(value)!).filter((_, i) =>
        from.some((input) => logNormsAt.get(input)![i] !== -Infinity),
      );
      return counted.filter((logNorm) => logNorm === -Infinity).length / counted.length;
    },
  };
}
