import type { Unit } from './unit';

/**
 * The exponential clock. With G ~ Gamma(k) independent of Q, the time T = G/Q at which a clock of rate Q has rung k
 * times has, on the log scale, the density k · t^k E[Q^k e^(−tQ)]/k!; moments, log-moments and the characteristic
 * function of log Q are those of log T and log G. Q = 0 never rings, so the atom at zero drops out by itself.
 * E e^(−tQ) = L(t)^width, L(t) = E e^(−tφ(g)²) = Σ w (1 + 2a²t)^(−1/2): every activation needs only L.
 * Our own derivation.
 */

/**
 * Step in log t at which the trapezoidal rule gives 15 digits: |Γ(1 + 2πi/step)| is below 1e-18. A binary fraction,
 * and the ranges start at one, so that adding it makes no rounding error.
 */
export const CLOCK_STEP = 7 / 32;

/** The range of log t outside which nothing is left of the density of log T, for slopes of any size. */
export function clockRange(unit: Unit, width: number): { from: number; to: number } {
  const { squares, weights } = unit.slopesFor(1 / unit.largest);
  const mean = width * squares.reduce((sum, square, i) => sum + square * weights[i]!, 0);
  return { from: Math.floor(-45 - Math.log(Math.max(mean, unit.largest))), to: 85 - Math.log(unit.smallest) };
}

/** E[Q^k e^(−tQ)]/k!, the coefficient of (−δ)^k in L(t + δ)^width, by the recurrence for a power of a series. */
export function temperedMoment(unit: Unit, width: number, t: number, k: number): number {
  const { squares, weights } = unit.slopesFor(t);
  const unitMoments = new Float64Array(k + 1); // E[φ^(2j) e^(−tφ²)]/j!
  let laplace = unit.zero;
  let loss = 0; // 1 − laplace, which would cancel for small t
  for (let i = 0; i < squares.length; i++) {
    const x = 2 * squares[i]! * t;
    const root = Math.sqrt(1 + x);
    let moment = weights[i]! / root;
    laplace += moment;
    loss += (weights[i]! * x) / (root * (1 + root));
    for (let j = 1; j <= k; j++) {
      moment *= ((2 * j - 1) / j) * (squares[i]! / (1 + x));
      unitMoments[j]! += moment;
    }
  }
  const moments = new Float64Array(k + 1); // E[Q^n e^(−tQ)]/n!, divided by laplace^width
  moments[0] = 1;
  for (let n = 1; n <= k; n++) {
    let sum = 0;
    for (let j = 1; j <= n; j++) sum += (j * (width + 1) - n) * unitMoments[j]! * moments[n - j]!;
    moments[n] = sum / (n * laplace);
  }
  return moments[k]! * Math.exp(width * (loss < 0.5 ? Math.log1p(-loss) : Math.log(laplace)));
}
