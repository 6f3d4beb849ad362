import type { Unit } from './unit';

/**
 * The exponential clock: a clock with random rate Q (at size 1, see {@link Unit}) rings for the k-th time at
 * T = G/Q, where G ~ Gamma(k) is independent of Q. The density of log T is k · t^k E[Q^k e^(−tQ)]/k!.
 * Moments, log-moments and the characteristic function of log Q follow from those of log T and log G. A clock
 * of rate Q = 0 never rings, so the atom at zero drops out. The only input is the Laplace transform of one
 * unit, E e^(−tφ(g)²) = Σ w (1 + 2a²t)^(−1/2). Equations (18)–(22) of docs/theory.md, which writes m for k.
 */

/**
 * Step in log t of the trapezoidal rule. With ω = 2π/step, its relative error is about |Γ(1 + iω)| < 1e-18
 * for log-moments and |Γ(k − p + iω)/Γ(k − p)| for the moment of order p, at most 9.8e-18 since k − p lies in
 * (1, 2]. The step is a binary fraction and the ranges start at an integer, so that the grid points have no
 * rounding error.
 */
export const CLOCK_STEP = 7 / 32;

/** The range of log t outside which the density of log T is negligible, for slopes of any size. */
export function clockRange(unit: Unit, width: number): { from: number; to: number } {
  const { squares, weights } = unit.slopesFor(1);
  const mean = width * squares.reduce((sum, square, i) => sum + square * weights[i]!, 0);
  return { from: Math.floor(-45 - Math.log(Math.max(mean, 1))), to: 85 - Math.log(unit.smallest) };
}

/** The result of {@link clockAt}. */
export interface ClockAt {
  /** E[(cQ)^k e^(−tQ)]/k!, where the factor c = max(1, t) prevents over- and underflow. */
  tempered: number;
  /**
   * For t ≥ 1, P(Q > 0 and at most k rings by time t), an upper bound on the remaining mass of the density of
   * log T. Equation (22).
   */
  remaining: number;
}

/**
 * Evaluates the clock at time t. E[Q^k e^(−tQ)]/k! is the coefficient of (−δ)^k in L(t + δ)^width, a power of
 * a power series. Equations (20)–(22) of docs/theory.md.
 */
export function clockAt(unit: Unit, width: number, t: number, k: number): ClockAt {
  const { squares, weights } = unit.slopesFor(t, k);
  const c = Math.max(1, t);
  const unitMoments = new Float64Array(k + 1); // E[(cφ²)^j e^(−tφ²)]/j!
  let alive = 0; // E[e^(−tφ²); φ ≠ 0]
  let loss = 0; // 1 − E e^(−tφ²), summed directly to avoid cancellation for small t
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
  const silent = -Math.expm1(width * Math.log1p(-alive / laplace)); // P(Q > 0 and no ring), divided by power
  return { tempered: moments[k]! * power, remaining: t < 1 ? 1 : power * (silent + rings) };
}
