import { clockRange } from './clock';
import { gammaArgument } from './gammaArgument';
import { type NarrowLaw, narrowLaw } from './narrowLaw';
import type { Unit } from './unit';
import { unitFourier } from './unitFourier';

/** Values of a characteristic function at v = 0, step, 2 step, … */
export interface Characteristic {
  re: Float64Array;
  im: Float64Array;
}

/**
 * The characteristic function of log Q − center given Q > 0, with Q at size 1. Equations (54)–(57) of
 * docs/theory.md.
 */
export interface LogCharacteristic {
  /** An upper bound on log|E e^(iv log Q)| for v ≥ 0. */
  logBound(v: number): number;
  /** E e^(iv(log Q − center)) at v = 0, step, …, `last` · step. */
  at(step: number, last: number): Characteristic;
}

/** A modulus of e^VANISHED or less is treated as zero. */
const VANISHED = -36;

export function logCharacteristic(unit: Unit, width: number, center: number): LogCharacteristic {
  const narrow = narrowLaw(unit, width);
  const freedom = degreesOfFreedom(unit, width);
  return narrow === undefined
    ? {
        logBound: (v) => logGammaBound(freedom / 2, v),
        at: (step, last) => clockCharacteristic(unit, width, { freedom, center, step, last }),
      }
    : {
        logBound: (v) => (v > narrow.reach ? -Infinity : logGammaBound(freedom / 2, v)),
        at: (step, last) => narrowCharacteristic(narrow, center, step, last),
      };
}

/**
 * The most units that are nonzero, except with a probability below e^−45, given that one is; by Bernstein's
 * inequality for a binomial number.
 */
function degreesOfFreedom({ zero }: Unit, width: number): number {
  const mean = width * (1 - zero);
  const rarity = 45 - Math.log(-Math.expm1(width * Math.log(zero)));
  return Math.min(width, Math.ceil(mean + rarity / 3 + Math.sqrt((rarity / 3) ** 2 + 2 * rarity * mean)));
}

/**
 * An upper bound on log|Γ(a + iv)/Γ(a)| = −½ Σ log(1 + v²/(a + j)²), in which the sum is bounded below by an
 * integral. It holds for every activation, with 2a the number of units that are nonzero: given the slopes, Q is
 * χ² with so many degrees of freedom times an independent factor. Equation (57) of docs/theory.md.
 */
function logGammaBound(a: number, v: number): number {
  return (a / 2) * Math.log1p((v / a) ** 2) - v * Math.atan(v / a);
}

/** Sums over the grid of the narrow distribution, equation (56) of docs/theory.md. */
function narrowCharacteristic(
  { logMean, logs, weights }: NarrowLaw,
  center: number,
  step: number,
  last: number,
): Characteristic {
  const sum = new PhaseSum(step, last);
  for (let i = 0; i < logs.length; i++) sum.add(weights[i]!, 0, logMean + logs[i]! - center);
  return sum;
}

/**
 * By the exponential clock, Γ(1 − iv) E[Q^(iv); Q > 0] = ∫ t^(−iv) E[Q e^(−tQ)] dt. The integral is taken
 * along t = −is, where a factor e^(−πv/2) appears on both sides and cancels; what remains of Γ(1 − iv) is
 * √(2πv/(1 − e^(−2πv))) e^(i arg Γ(1 − iv)). The integrand is analytic in log s, so the trapezoidal rule
 * applies, with a step small enough to separate v from its aliases. Equations (54) and (55) of
 * docs/theory.md.
 */
function clockCharacteristic(
  unit: Unit,
  width: number,
  { freedom, center, step, last }: { freedom: number; center: number; step: number; last: number },
): Characteristic {
  let vanishes = 8;
  while (logGammaBound(freedom / 2, vanishes) > VANISHED) vanishes *= 1.1;
  const spacing = (2 * Math.PI) / (vanishes + 14);
  const { from, to } = clockRange(unit, width);
  const sum = new PhaseSum(step, last);
  const alive = 1 - unit.zero ** width;
  for (let logS = from; logS < to; logS += spacing) {
    const { logModulus, argument, tiltedRe, tiltedIm, bound } = unitFourier(unit, Math.exp(logS));
    const modulus = width * Math.exp((width - 1) * logModulus);
    const [cos, sin] = [Math.cos((width - 1) * argument), Math.sin((width - 1) * argument)];
    // −i · width · (E e^(isφ²))^(width − 1) · E[sφ² e^(isφ²)]
    sum.add(
      modulus * (tiltedIm * cos + tiltedRe * sin),
      modulus * (tiltedIm * sin - tiltedRe * cos),
      -logS - center,
    );
    // an upper bound on twice the rest of the integral, as `bound` decreases with s
    if ((to - logS) * width * bound * (unit.zero + bound) ** (width - 1) < 1e-18 * alive) break;
  }
  const total = sum.re[0]!; // P(Q > 0)/spacing
  for (let j = 0; j <= last; j++) {
    const v = j * step;
    const modulus = j === 0 ? total : total * Math.sqrt((2 * Math.PI * v) / -Math.expm1(-2 * Math.PI * v));
    const argument = -gammaArgument(v); // arg Γ(1 − iv)
    const [cos, sin] = [Math.cos(argument) / modulus, Math.sin(argument) / modulus];
    const [re, im] = [sum.re[j]!, sum.im[j]!];
    sum.re[j] = re * cos + im * sin;
    sum.im[j] = im * cos - re * sin;
  }
  return sum;
}

/** Σ c e^(ivx) at v = 0, step, …, `last` · step, for terms (c = re + i im, x) added one by one. */
class PhaseSum implements Characteristic {
  readonly re: Float64Array;
  readonly im: Float64Array;

  constructor(
    private readonly step: number,
    last: number,
  ) {
    this.re = new Float64Array(last + 1);
    this.im = new Float64Array(last + 1);
  }

  add(termRe: number, termIm: number, x: number): void {
    let [re, im] = [termRe, termIm];
    const [cos, sin] = [Math.cos(this.step * x), Math.sin(this.step * x)];
    for (let j = 0; j < this.re.length; j++) {
      this.re[j]! += re;
      this.im[j]! += im;
      [re, im] = [re * cos - im * sin, re * sin + im * cos];
    }
  }
}
