import { received, requireNumber } from './validation';

/**
 * One law for every activation: a unit with pre-activation g gives `scale · g` where g > 0 and
 * `scale · slope · g` where g < 0, the slope drawn uniformly from [`lower`, `upper`] for each unit and input;
 * with probability 1 − `keep` it gives 0 instead.
 *
 * Linear, ReLU, Leaky ReLU, Randomized Leaky ReLU and each of them under dropout are members of this family,
 * so one function serves them all.
 */
export interface Activation {
  /** Smallest slope below zero; any finite number, at most `upper`. */
  readonly lower: number;
  /** Largest slope below zero. */
  readonly upper: number;
  /** Probability in (0, 1] that dropout keeps the unit; 1 without dropout. */
  readonly keep: number;
  /** Factor > 0 on the unit's value; 1/keep for inverted dropout. */
  readonly scale: number;
}

function slopes(lower: number, upper: number): Activation {
  // + 0 turns −0 into 0, so that equal laws are equal values
  return Object.freeze({ lower: lower + 0, upper: upper + 0, keep: 1, scale: 1 });
}

/** φ(x) = x. */
export const linear: Activation = slopes(1, 1);

/** φ(x) = max(x, 0). */
export const relu: Activation = slopes(0, 0);

/**
 * Leaky ReLU: φ(x) = x where x > 0 and negativeSlope · x elsewhere.
 *
 * `leakyRelu(0)` equals `relu`, `leakyRelu(1)` equals `linear`, `leakyRelu(-1)` is |x|.
 * @param negativeSlope any finite number (Keras calls it alpha; PyTorch's default is 0.01).
 * @throws TypeError or RangeError if it is no finite number.
 * @example
 * leakyRelu(0.01).lower // 0.01
 */
export function leakyRelu(negativeSlope: number): Activation {
  requireNumber('negativeSlope', negativeSlope);
  return slopes(negativeSlope, negativeSlope);
}

/**
 * Randomized Leaky ReLU: the slope below zero is drawn uniformly from [lower, upper] for each unit and input,
 * as by `torch.nn.RReLU` in training. `rrelu(a, a)` equals `leakyRelu(a)`.
 * @param lower any finite number
 * @param upper any finite number, at least `lower`
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * rrelu(1 / 8, 1 / 3).upper // 0.3333333333333333
 */
export function rrelu(lower: number, upper: number): Activation {
  requireNumber('lower', lower);
  requireNumber('upper', upper, { atLeast: lower });
  return slopes(lower, upper);
}

/**
 * The activation followed by dropout: each unit is set to 0 with probability `rate`.
 * @param activation what dropout follows
 * @param options `rate` in [0, 1); `inverted` (default true): kept units are divided by 1 − rate, as every
 *   current framework does; false leaves them as they are.
 * @throws TypeError or RangeError naming the argument at fault.
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
 * What the activation becomes in evaluation: a drawn slope is replaced by its mean, and dropout's random mask by its
 * mean (nothing for inverted dropout, the factor `keep` otherwise).
 * @throws TypeError or RangeError if `activation` is none.
 * @example
 * inEvaluation(rrelu(0.1, 0.3)).lower // 0.2
 */
export function inEvaluation(activation: Activation): Activation {
  const { lower, upper, keep, scale } = requireActivation(activation);
  const mean = (lower + upper) / 2;
  return Object.freeze({ lower: mean, upper: mean, keep: 1, scale: keep * scale });
}

/**
 * The activation's name for titles and messages.
 * @throws TypeError or RangeError if `activation` is none.
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
 * Returns `activation` if it is a valid law.
 * @throws TypeError if it is no object with the four numbers, RangeError if one is out of range.
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
