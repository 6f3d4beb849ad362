import type { Unit } from './unit';

/**
 * The exponential clock. A clock of rate Q (at size 1, see {@link Unit}) has rung k times at T = G/Q, with
 * G ~ Gamma(k) independent of Q, and log T has the density k · t^k E[Q^k e^(−tQ)]/k!. So moments, log-moments
 * and the characteristic function of log Q follow from those of log T and log G. Q = 0 never rings: the atom at
 * zero drops out by itself. Of an activation it takes only the transform of one unit to the power width,
 * E e^(−tφ(g)²) = Σ w (1 + 2a²t)^(−1/2). Our own derivation.
 */

/**
 * Step in log t at which the trapezoidal rule gives 15 digits: |Γ(1 + 2πi/step)| is below 1e-18. A binary
 * fraction, and the ranges start at one, so that adding it makes no rounding error.
 */
export const CLOCK_STEP = 7 / 32;

/** The range of log t outside which nothing is left of the density of log T, for slopes of any size. */
export function clockRange(unit: Unit, width: number): { from: number; to: number } {
  const { squares, weights } = unit.slopesFor(1);
  const mean = width * squares.reduce((sum, square, i) => sum + square * weights[i]!, 0);
  return { from: Math.floor(-45 - Math.log(Math.max(mean, 1))), to: 85 - Math.log(unit.smallest) };
}

/** What {@link clockAt} tells. */
export interface ClockAt {
  /** E[(cQ)^k e^(−tQ)]/k! with c = max(1, t), a factor that keeps it from over- and underflow. */
  tempered: number;
  /** For t ≥ 1, P(Q > 0, and at most k rings by time t): it bounds what is still to come of the density of log T. */
  remaining: number;
}

/** The clock at time t: E[Q^k e^(−tQ)]/k! is the coefficient of (−δ)^k in L(t + δ)^width, a power of a series. */
export function clockAt(unit: Unit, width: number, t: number, k: number): ClockAt {
  const { squares, weights } = unit.slopesFor(t, k);
  const c = Math.max(1, t);
  const unitMoments = new Float64Array(k + 1); // E[(cφ²)^j e^(−tφ²)]/j!
  let alive = 0; // E[e^(−tφ²); φ ≠ 0]
  let loss = 0; // 1 − E e^(−tφ²), which would cancel for small t
  for (let i = 0; i < squares.length; i++) {
    const x = 2 * squares[i]! * t;
    const root = Math.sqrt(1 + x);
    let moment = weights[i]! / root;
    alive += moment;
    loss += (weights[i]! * x) / (root * (1 + root));
    for (let j = 1; j <= k; j++) {
      moment *= ((2 * j - 1) / j) * ((c * squares[i]!) / (1 + x));
      unitMoments[j]! += moment;
    }
  }
  const laplace = unit.zero + alive;
  const moments = new Float64Array(k + 1); // E[(cQ)^n e^(−tQ)]/n!, divided by laplace^width
  moments[0] = 1;
  let rings = 0; // moments 1 to k
  for (let n = 1; n <= k; n++) {
    let sum = 0;
    for (let j = 1; j <= n; j++) sum += (j * (width + 1) - n) * unitMoments[j]! * moments[n - j]!;
    moments[n] = sum / (n * laplace);
    rings += moments[n]!;
  }
  const power = Math.exp(width * (loss < 0.5 ? Math.log1p(-loss) : Math.log(laplace)));
  const silent = -Math.expm1(width * Math.log1p(-alive / laplace)); // Q > 0 and no ring, 1 − zero^width/power
  return { tempered: moments[k]! * power, remaining: t < 1 ? 1 : power * (silent + rings) };
}
