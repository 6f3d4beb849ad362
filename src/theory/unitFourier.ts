import type { Unit } from './unit';

/** One unit's square (at size 1) on the imaginary axis. */
export interface UnitFourier {
  /** log|E e^(iuφ²)| */
  logModulus: number;
  /** arg E e^(iuφ²) */
  argument: number;
  /** Real and imaginary part of E[uφ² e^(iuφ²)]. */
  tiltedRe: number;
  tiltedIm: number;
  /** Σ w |1 − 2ia²u|^(−1/2) over slopes other than 0: falls with u, bounds |E[e^(iuφ²); φ ≠ 0]| and twice |tilted|. */
  bound: number;
}

/** Sums over the slopes of (1 − iX)^(−1/2), X = 2a²u, for u > 0. */
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
    // what is missing to 1, (root − 1)/root, which would cancel for small u
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
