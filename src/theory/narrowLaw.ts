import type { Unit } from './unit';
import { unitFourier } from './unitFourier';

/** The law of Q (at size 1) on a grid: log(Q/E Q) is `logs[i]` with probability `weights[i]`. */
export interface NarrowLaw {
  /** log E Q */
  logMean: number;
  logs: readonly number[];
  weights: readonly number[];
  /** The grid gives E e^(iv log Q) for v up to here; beyond, it is zero to 16 digits. */
  reach: number;
}

/** Relative variance of Q below which it is called narrow. */
const NARROW = 0.002;

/**
 * The law of Q where it keeps close to its mean, else undefined: 14 standard deviations of Q/E Q then stay
 * within (0, 2). On that window its density is the Fourier series made of E e^(iuQ), and any smooth function
 * has for its mean the sum over an equidistant grid, to 15 digits. (There the exponential clock would lose
 * digits: its own variance exceeds that of log Q by far.)
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
