import { received, requireNumber } from './validation';

/**
 * A positively homogeneous activation function, described by four numbers. A unit with pre-activation z
 * outputs `scale · z` if z > 0 and `scale · slope · z` otherwise, with the slope drawn uniformly from
 * [`lower`, `upper`] for each unit and input. With probability 1 − `keep` the unit is dropped and outputs 0.
 *
 * Linear, ReLU, Leaky ReLU, Randomized Leaky ReLU and each of them followed by dropout have this form.
 * Equation (2) of docs/theory.md.
 */
export interface Activation {
  /** Smallest negative slope: any finite number, at most `upper`. */
  readonly lower: number;
  /** Largest negative slope: any finite number, at least `lower`. */
  readonly upper: number;
  /** Probability in (0, 1] that dropout keeps a unit; 1 without dropout. */
  readonly keep: number;
  /** Factor > 0 applied to the output: 1/keep for inverted dropout, 1 otherwise. */
  readonly scale: number;
}

function slopes(lower: number, upper: number): Activation {
  // adding 0 turns −0 into 0, so that equal activations compare equal
  return Object.freeze({ lower: lower + 0, upper: upper + 0, keep: 1, scale: 1 });
}

/** The identity activation φ(z) = z. Equation (2) of docs/theory.md with slope 1. */
export const linear: Activation = slopes(1, 1);

/** The ReLU activation φ(z) = max(z, 0). Equation (2) of docs/theory.md with slope 0. */
export const relu: Activation = slopes(0, 0);

/**
 * Creates a Leaky ReLU activation: φ(z) = z if z > 0 and negativeSlope · z otherwise.
 *
 * `leakyRelu(0)` equals `relu`, `leakyRelu(1)` equals `linear` and `leakyRelu(-1)` is the absolute value.
 * Equation (2) of docs/theory.md with a fixed slope.
 * @param negativeSlope any finite number. Keras calls it `alpha`; the default in PyTorch is 0.01.
 * @throws TypeError or RangeError if `negativeSlope` is not a finite number.
 * @example
 * leakyRelu(0.01).lower // 0.01
 */
export function leakyRelu(negativeSlope: number): Activation {
  requireNumber('negativeSlope', negativeSlope);
  return slopes(negativeSlope, negativeSlope);
}

/**
 * Creates a Randomized Leaky ReLU activation: the negative slope is drawn uniformly from [lower, upper] for
 * each unit and input, as `torch.nn.RReLU` does in training mode.
 *
 * `rrelu(a, a)` equals `leakyRelu(a)`. Equation (2) of docs/theory.md.
 * @param lower any finite number.
 * @param upper any finite number, at least `lower`.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * rrelu(1 / 8, 1 / 3).upper // 0.3333333333333333
 */
export function rrelu(lower: number, upper: number): Activation {
  requireNumber('lower', lower);
  requireNumber('upper', upper, { atLeast: lower });
  return slopes(lower, upper);
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
  activation: Activation,
  { rate, inverted = true }: { rate: number; inverted?: boolean },
): Activation {
  requireActivation(activation);
  requireNumber('rate', rate, { atLeast: 0, below: 1 });
  const keep = 1 - rate;
  const { lower, upper } = activation;
  return Object.freeze({
    lower,
    upper,
    keep: activation.keep * keep,
    scale: inverted ? activation.scale / keep : activation.scale,
  });
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
export function inEvaluation(activation: Activation): Activation {
  const { lower, upper, keep, scale } = requireActivation(activation);
  const mean = (lower + upper) / 2;
  return Object.freeze({ lower: mean, upper: mean, keep: 1, scale: keep * scale });
}

/**
 * Returns a readable name of the activation, for titles and messages.
 * @param activation any activation; its numbers are rounded to 4 significant digits.
 * @throws TypeError or RangeError if `activation` is not a valid activation.
 * @example
 * activationName(leakyRelu(0.01)) // 'Leaky ReLU (0.01)'
 */
export function activationName(activation: Activation): string {
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
 * Returns `activation` if it is valid.
 * @throws TypeError if it is not an object with the four numbers, RangeError if one of them is out of range.
 */
export function requireActivation(activation: unknown, name = 'activation'): Activation {
  if (typeof activation !== 'object' || activation === null)
    throw new TypeError(
      `${name} must be linear, relu, leakyRelu(slope), rrelu(lower, upper), dropout(…) or { lower, upper, keep, scale }; got ${received(activation)}`,
    );
  const law = activation as Activation;
  requireNumber(`${name}.lower`, law.lower);
  requireNumber(`${name}.upper`, law.upper, { atLeast: law.lower });
  requireNumber(`${name}.keep`, law.keep, { above: 0, atMost: 1 });
  requireNumber(`${name}.scale`, law.scale, { above: 0 });
  return law;
}
