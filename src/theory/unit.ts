import type { Activation } from '../activations';

/**
 * φ(g)² = a²g² for g ~ N(0, 1), with the squared slope a² drawn from a weighted set: `squares[i]` with probability
 * `weights[i]`, and 0 with the probability that is left (`Unit.zero`).
 */
export interface SquaredSlopes {
  readonly squares: readonly number[];
  readonly weights: readonly number[];
}

/** An activation as the theory sees it: the law of one unit's square, at scale 1. */
export interface Unit {
  /** P(φ(g) = 0). */
  readonly zero: number;
  /** Smallest and largest squared slope that has a name (1, lower², upper²), zero left out. */
  readonly smallest: number;
  readonly largest: number;
  /**
   * The weighted set with which E e^(−τφ(g)²) is right to 15 digits, and with it the moments under that weight, for
   * |τ| = t. One set serves every t unless the slope is random: then it is a Gauss–Legendre rule, made for this t.
   */
  slopesFor(t: number): SquaredSlopes;
}

/** Non-zero slopes the theory serves: their squares, times any t it needs, stay far from the ends of a double. */
const SLOPE_LIMIT = 1e50;

/** @throws RangeError if a slope is not 0 and its magnitude is not in [1e-50, 1e50]. */
export function unitOf({ lower, upper, keep }: Activation): Unit {
  for (const [name, slope] of Object.entries({ lower, upper })) {
    const size = Math.abs(slope);
    if (size > SLOPE_LIMIT || (size > 0 && size < 1 / SLOPE_LIMIT))
      throw new RangeError(`activation.${name} must be 0 or of a magnitude in [1e-50, 1e50]; got ${slope}`);
  }
  const named = [1, lower * lower, upper * upper].filter((square) => square > 0);
  const smallest = Math.min(...named);
  const largest = Math.max(...named);
  if (lower === upper) {
    const slopes = fixedSlopes(lower * lower, keep);
    const zero = lower === 0 ? 1 - keep / 2 : 1 - keep;
    return { zero, smallest, largest, slopesFor: () => slopes };
  }
  return { zero: 1 - keep, smallest, largest, slopesFor: (t) => randomSlopes(lower, upper, keep, t) };
}

function fixedSlopes(square: number, keep: number): SquaredSlopes {
  if (square === 0) return { squares: [1], weights: [keep / 2] };
  if (square === 1) return { squares: [1], weights: [keep] };
  return { squares: [1, square], weights: [keep / 2, keep / 2] };
}

/**
 * The slope a ~ U[lower, upper] by Gauss–Legendre on panels. As a function of a, (1 + 2a²t)^(−1/2) is singular at
 * a = ±i/√(2t) (for imaginary t as far away): panels no longer than 0.8 of the distance to that give 16 digits.
 */
function randomSlopes(lower: number, upper: number, keep: number, t: number): SquaredSlopes {
  const squares = [1];
  const weights = [keep / 2];
  const reach = 1 / Math.sqrt(2 * t);
  const density = keep / 2 / (upper - lower);
  const addPanels = (from: number, to: number) => {
    for (let start = from; start < to; ) {
      const end = Math.min(to, start + 0.8 * Math.max(start, reach));
      for (const { node, weight } of GAUSS_LEGENDRE) {
        squares.push((start + (end - start) * node) ** 2);
        weights.push(density * (end - start) * weight);
      }
      start = end;
    }
  };
  // only |a| matters: what lies below zero is folded onto the positive slopes
  if (lower < 0) addPanels(Math.max(0, -upper), -lower);
  if (upper > 0) addPanels(Math.max(0, lower), upper);
  return { squares, weights };
}

/** Gauss–Legendre rule with 16 nodes on [0, 1]: the roots of the Legendre polynomial by Newton's method. */
const GAUSS_LEGENDRE = Array.from({ length: 16 }, (_, i) => {
  let x = Math.cos((Math.PI * (i + 0.75)) / 16.5);
  let slope = 0;
  for (let step = 0; step < 8; step++) {
    let [current, previous] = [1, 0];
    for (let n = 1; n <= 16; n++)
      [current, previous] = [((2 * n - 1) * x * current - (n - 1) * previous) / n, current];
    slope = (16 * (x * current - previous)) / (x * x - 1);
    x -= current / slope;
  }
  return { node: (1 + x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
});

/** P(Q = 0), Q = Σ φ(gᵢ)² over `width` units. */
export function zeroProbability(activation: Activation, width: number): number {
  return unitOf(activation).zero ** width;
}
