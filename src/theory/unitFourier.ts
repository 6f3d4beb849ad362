import type { Unit } from './unit';

/** The characteristic function of the square of one unit (at size 1). Equation (55) of docs/theory.md. */
export interface UnitFourier {
  /** log|E e^(iuφ²)| */
  logModulus: number;
  /** arg E e^(iuφ²) */
  argument: number;
  /** Real and imaginary parts of E[uφ² e^(iuφ²)]. */
  tiltedRe: number;
  tiltedIm: number;
  /**
   * Σ w |1 − 2ia²u|^(−1/2) over the nonzero slopes. It decreases with u and bounds |E[e^(iuφ²); φ ≠ 0]| and
   * twice
   * E[uφ² e^(iuφ²)]|.
   */
  bound: number;
}

/** Evaluates the sums over the slopes of (1 − iX)^(−1/2), X = 2a²u, for u > 0. */
export function unitFourier(unit: Unit, u: number): UnitFourier {
  const { squares, weights } = unit.slopesFor(u);
  let [re, im, lossRe, lossIm, tiltedRe, tiltedIm, bound] = [unit.zero, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < squares.length; i++) {
    const weight = weights[i]!;
    const x = 2 * squares[i]! * u;
    const modulus = Math.hypot(1, x);
    const rootRe = Math.sqrt((modulus + 1) / 2); // √(1 − iX) = rootRe − i rootIm
    const rootIm = x / (2 * rootRe);
    const excess = (x / (modulus + 1) / 2) * (x / (rootRe + 1)); // rootRe − 1
    re += (weight * rootRe) / modulus;
    im += (weight * rootIm) / modulus;
    // the difference from 1, (root − 1)/root, in a form that does not cancel for small u
    lossRe += (weight * (excess * rootRe + rootIm * rootIm)) / modulus;
    lossIm += (weight * (excess * rootIm - rootIm * rootRe)) / modulus;
    // X/2 · root^(−3), with 1/(1 − iX) = (cos + i sin)/modulus
    const [cos, sin] = [1 / modulus, x / modulus];
    tiltedRe += ((weight * sin) / 2) * ((rootRe * cos - rootIm * sin) / modulus);
    tiltedIm += ((weight * sin) / 2) * ((rootIm * cos + rootRe * sin) / modulus);
    bound += weight / Math.sqrt(modulus);
  }
  const logModulus =
    lossRe < 0.5
      ? Math.log1p(lossRe * lossRe + lossIm * lossIm - 2 * lossRe) / 2
      : Math.log(Math.hypot(re, im));
  return { logModulus, argument: Math.atan2(im, re), tiltedRe, tiltedIm, bound };
}
