import type { Unit } from './unit';
import { unitFourier } from './unitFourier';

/** The distribution of Q (at size 1) on a grid: log(Q/E Q) equals `logs[i]` with probability `weights[i]`. */
export interface NarrowLaw {
  /** log E Q */
  logMean: number;
  logs: readonly number[];
  weights: readonly number[];
  /** The grid gives E e^(iv log Q) for v up to this value; beyond it, the function is zero to 16 digits. */
  reach: number;
}

/** Relative variance of Q up to which its distribution counts as narrow. */
const NARROW = 0.002;

/**
 * The distribution of Q if it is concentrated near its mean, otherwise undefined. The window of 14 standard
 * deviations around the mean then lies within (0, 2) E Q. On it, the density is a Fourier series with
 * coefficients from E e^(iuQ), and the mean of a smooth function is a sum over an equidistant grid, to 15
 * digits. The exponential clock would lose digits here: its own variance is much larger than that of log Q.
 * Equation (56) of docs/theory.md.
 */
export function narrowLaw(unit: Unit, width: number): NarrowLaw | undefined {
  const { squares, weights: slopeWeights } = unit.slopesFor(1);
  const average = (power: number) =>
    squares.reduce((sum, square, i) => sum + slopeWeights[i]! * square ** power, 0);
  const relativeVariance = ((3 * average(2)) / average(1) ** 2 - 1) / width;
  if (relativeVariance > NARROW) return undefined;

  const mean = width * average(1);
  const halfWindow = 14 * Math.sqrt(relativeVariance);
  const re: number[] = []; // of E e^(iu(Q/mean − 1)), u = πj/halfWindow, j = 1, 2, …
  const im: number[] = [];
  let u = 0;
  for (;;) {
    u += Math.PI / halfWindow;
    const { logModulus, argument } = unitFourier(unit, u / mean);
    if (width * logModulus < -42) break;
    re.push(Math.exp(width * logModulus) * Math.cos(width * argument - u));
    im.push(Math.exp(width * logModulus) * Math.sin(width * argument - u));
  }
  const points = 4 * re.length;
  const logs: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < points; i++) {
    const angle = Math.PI * ((2 * i + 1) / points - 1);
    let sum = 1;
    for (let j = 0; j < re.length; j++)
      sum += 2 * (re[j]! * Math.cos((j + 1) * angle) + im[j]! * Math.sin((j + 1) * angle));
    logs.push(Math.log1p((halfWindow * angle) / Math.PI));
    weights.push(sum / points);
  }
  return { logMean: Math.log(mean), logs, weights, reach: u };
}
