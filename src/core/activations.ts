import { received, requireBoolean, requireNumber, requireOptions } from './validation';

/**
 * A positively homogeneous activation function, described by four numbers. A unit with pre-activation z
 * outputs `scale · z` if z > 0 and `scale · slope · z` otherwise, with the slope drawn uniformly from
 * [`lower`, `upper`] for each unit and input. With probability 1 − `keep` the unit is dropped and outputs 0.
 *
 * Linear, ReLU, Leaky ReLU, Randomized Leaky ReLU and each of them followed by dropout have this form.
 * Equation (2) of docs/theory.md.
 */
export interface Activation {
  /** Smallest negative slope, at most `upper`: 0 or a number with magnitude in [1e-50, 1e50]. */
  readonly lower: number;
  /** Largest negative slope, at least `lower`: 0 or a number with magnitude in [1e-50, 1e50]. */
  readonly upper: number;
  /** Probability in [1e-15, 1] that dropout keeps a unit; 1 without dropout. */
  readonly keep: number;
  /** Factor in [1e-25, 1e25] applied to the output: 1/keep for inverted dropout, 1 otherwise. */
  readonly scale: number;
}

/** An activation, or the name of one without parameters, as in TensorFlow.js. */
export type ActivationLike = Activation | 'linear' | 'relu';

/** Printed in Node by its name; elsewhere the symbol has no effect. */
const inspect = Symbol.for('nodejs.util.inspect.custom');

function activationOf(lower: number, upper: number, keep: number, scale: number): Activation {
  // adding 0 turns −0 into 0, so that equal activations compare equal
  const activation = { lower: lower + 0, upper: upper + 0, keep, scale };
  Object.defineProperty(activation, inspect, { value: () => activationName(activation) });
  return Object.freeze(activation);
}

/** The identity activation φ(z) = z. Equation (2) of docs/theory.md with slope 1. */
export const linear: Activation = activationOf(1, 1, 1, 1);

/** The ReLU activation φ(z) = max(z, 0). Equation (2) of docs/theory.md with slope 0. */
export const relu: Activation = activationOf(0, 0, 1, 1);

/**
 * Creates a Leaky ReLU activation: φ(z) = z if z > 0 and negativeSlope · z otherwise.
 *
 * `leakyRelu(0)` equals `relu`, `leakyRelu(1)` equals `linear` and `leakyRelu(-1)` is the absolute value.
 * Equation (2) of docs/theory.md with a fixed slope.
 * @param negativeSlope 0 or a number with magnitude in [1e-50, 1e50]. Keras calls it `alpha`; the default in PyTorch is 0.01.
 * @throws TypeError or RangeError if `negativeSlope` is not such a number.
 * @example
 * leakyRelu(0.01).lower // 0.01
 */
export function leakyRelu(negativeSlope: number): Activation {
  requireSlope('negativeSlope', negativeSlope);
  return activationOf(negativeSlope, negativeSlope, 1, 1);
}

/**
 * Creates a Randomized Leaky ReLU activation: the negative slope is drawn uniformly from [lower, upper] for
 * each unit and input, as `torch.nn.RReLU` does in training mode.
 *
 * `rrelu(a, a)` equals `leakyRelu(a)`. Equation (2) of docs/theory.md.
 * @param lower 0 or a number with magnitude in [1e-50, 1e50].
 * @param upper another such number, at least `lower`.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * rrelu(1 / 8, 1 / 3).upper // 0.3333333333333333
 */
export function rrelu(lower: number, upper: number): Activation {
  requireSlope('lower', lower);
  requireSlope('upper', upper, lower);
  return activationOf(lower, upper, 1, 1);
}

/**
 * Adds dropout after an activation: each unit is set to 0 with probability `rate`. Use it to initialize
 * networks that are trained with dropout.
 *
 * In equation (2) of docs/theory.md, dropout multiplies the keep probability q by 1 − rate. Inverted dropout
 * also divides the scale c by 1 − rate; equation (38) gives its effect on the weight standard deviation.
 * @param activation the activation before dropout. Applying dropout twice multiplies the keep probabilities.
 * @param options `rate` in [0, 1). `inverted` (default true): divide kept units by 1 − rate, as PyTorch and
 *   Keras do.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * dropout(relu, { rate: 0.5 }).scale // 2
 */
export function dropout(
  activation: ActivationLike,
  options: { rate: number; inverted?: boolean },
): Activation {
  const { lower, upper, keep, scale } = requireActivation(activation);
  const { rate, inverted = true } = requireOptions('options', options, ['rate', 'inverted']);
  requireNumber('rate', rate, { atLeast: 0, below: 1 });
  requireBoolean('inverted', inverted);
  const kept = 1 - rate;
  return requireFactors(activationOf(lower, upper, keep * kept, inverted ? scale / kept : scale));
}

/**
 * Returns the activation that a network applies in evaluation mode: a random slope is replaced by its mean,
 * and dropout is switched off.
 *
 * Inverted dropout leaves no trace; without inversion, outputs are multiplied by the keep probability.
 * Equation (39) of docs/theory.md.
 * @param activation the activation in training mode.
 * @throws TypeError or RangeError if `activation` is not a valid activation.
 * @example
 * inEvaluation(rrelu(0.1, 0.3)).lower // 0.2
 */
export function inEvaluation(activation: ActivationLike): Activation {
  const { lower, upper, keep, scale } = requireActivation(activation);
  const mean = (lower + upper) / 2;
  return requireFactors(activationOf(mean, mean, 1, keep * scale));
}

/**
 * Returns a readable name of the activation, for titles and messages.
 * @param activation any activation; its numbers are rounded to 4 significant digits.
 * @throws TypeError or RangeError if `activation` is not a valid activation.
 * @example
 * activationName(leakyRelu(0.01)) // 'Leaky ReLU (0.01)'
 */
export function activationName(activation: ActivationLike): string {
  const { lower, upper, keep, scale } = requireActivation(activation);
  const round = (x: number) => String(Number(x.toPrecision(4))).replace('-', '−');
  const base =
    lower !== upper
      ? `Randomized Leaky ReLU (${round(lower)} to ${round(upper)})`
      : lower === 0
        ? 'ReLU'
        : lower === 1
          ? 'linear'
          : `Leaky ReLU (${round(lower)})`;
  const dropped = keep < 1 ? `, dropout ${round(1 - keep)}` : '';
  const inverted = Math.abs(scale * keep - 1) < 1e-12;
  const scaled = inverted ? '' : keep < 1 && scale === 1 ? ', not inverted' : `, × ${round(scale)}`;
  return base + dropped + scaled;
}

/**
 * Returns `activation` if it is valid, or the activation of that name.
 * @throws TypeError if it is neither a known name nor an object with the four numbers, RangeError if one of them is
 *   out of range.
 */
export function requireActivation(activation: unknown, name = 'activation'): Activation {
  if (activation === 'linear') return linear;
  if (activation === 'relu') return relu;
  if (typeof activation !== 'object' || activation === null || Array.isArray(activation))
    throw new TypeError(
      `${name} must be linear, relu (or 'linear', 'relu'), leakyRelu(slope), rrelu(lower, upper), dropout(…) or { lower, upper, keep, scale }; got ${received(activation)}`,
    );
  const law = requireOptions(name, activation as Activation, ['lower', 'upper', 'keep', 'scale']);
  requireSlope(`${name}.lower`, law.lower);
  requireSlope(`${name}.upper`, law.upper, law.lower);
  return requireFactors(law, name);
}

/**
 * Checks a slope. The limits keep fourth powers of slopes, and their products with any time of the exponential clock
 * (docs/theory.md, equation (18)), well within the range of a double.
 */
function requireSlope(name: string, slope: number, lower?: number): void {
  requireNumber(name, slope, lower === undefined ? {} : { atLeast: lower });
  const magnitude = Math.abs(slope);
  if (magnitude > 1e50 || (magnitude > 0 && magnitude < 1e-50))
    throw new RangeError(`${name} must be 0 or have a magnitude in [1e-50, 1e50]; got ${slope}`);
}

/** Checks keep probability and scale: positive, and so far from 0 that nothing computed from them underflows. */
function requireFactors(activation: Activation, name = 'activation'): Activation {
  requireNumber(`${name}.keep`, activation.keep, { atLeast: 1e-15, atMost: 1 });
  requireNumber(`${name}.scale`, activation.scale, { atLeast: 1e-25, atMost: 1e25 });
  return activation;
}
