import type { Activation } from '../core/activations';

/**
 * φ(g)² = a²g² for g ~ N(0, 1), with the squared slope a² drawn from a weighted set: `squares[i]` with
 * probability `weights[i]`, and 0 with the probability that is left (`Unit.zero`).
 */
export interface SquaredSlopes {
  readonly squares: readonly number[];
  readonly weights: readonly number[];
}

/** An activation as the theory sees it: one unit's square, divided by size². */
export interface Unit {
  /** The largest slope's magnitude times the scale: φ = size · a unit whose slopes are at most 1. */
  readonly size: number;
  /** P(φ(g) = 0); the whole layer is zero with this to the power width. */
  readonly zero: number;
  /** Smallest of the squared slopes 1, lower² and upper² that is not zero, over size². */
  readonly smallest: number;
  /**
   * The weighted set with which E[(φ/size)^(2j) e^(−τ(φ/size)²)] is right to 15 digits for |τ| = t and all j ≤
   * order. One set serves all unless the slope is random: then it is a Gauss–Legendre rule, made for this t.
   */
  slopesFor(t: number, order?: number): SquaredSlopes;
}

/** Non-zero slopes the theory serves: their squares, times any t it needs, stay far from the ends of a double. */
const SLOPE_LIMIT = 1e50;

/** @throws RangeError if a slope is not 0 and its magnitude is not in [1e-50, 1e50]. */
export function unitOf({ lower, upper, keep, scale }: Activation): Unit {
  for (const [name, slope] of Object.entries({ lower, upper })) {
    const magnitude = Math.abs(slope);
    if (magnitude > SLOPE_LIMIT || (magnitude > 0 && magnitude < 1 / SLOPE_LIMIT))
      throw new RangeError(`activation.${name} must be 0 or of a magnitude in [1e-50, 1e50]; got ${slope}`);
  }
  const largest = Math.max(1, Math.abs(lower), Math.abs(upper));
  const [positive, l, u] = [1 / largest, lower / largest, upper / largest];
  const smallest = Math.min(...[positive, l, u].filter((slope) => slope !== 0).map((slope) => slope ** 2));
  const size = largest * scale;
  if (lower < upper)
    return {
      size,
      zero: 1 - keep,
      smallest,
      slopesFor: (t, order = 1) => randomSlopes(positive, l, u, keep, t, order),
    };
  const slopes = fixedSlopes(positive ** 2, l ** 2, keep);
  return { size, zero: lower === 0 ? 1 - keep / 2 : 1 - keep, smallest, slopesFor: () => slopes };
}

function fixedSlopes(positive: number, negative: number, keep: number): SquaredSlopes {
  if (negative === 0) return { squares: [positive], weights: [keep / 2] };
  if (negative === positive) return { squares: [positive], weights: [keep] };
  return { squares: [positive, negative], weights: [keep / 2, keep / 2] };
}

/**
 * The slope a ~ U[lower, upper] by Gauss–Legendre on panels. As a function of a, (1 + 2a²t)^(−1/2) is singular
 * at a = ±i/√(2t) (for imaginary t as far away) and far from there like 1/a: the panels' lengths keep to the
 * distance from these points. They give 16 digits up to order 10 and are made shorter beyond.
 */
function randomSlopes(
  positive: number,
  lower: number,
  upper: number,
  keep: number,
  t: number,
  order: number,
): SquaredSlopes {
  const squares = [positive ** 2];
  const weights = [keep / 2];
  const reach = 1 / Math.sqrt(2 * t);
  const density = keep / 2 / (upper - lower);
  const shorter = Math.max(1, order / 10);
  const addPanels = (from: number, to: number) => {
    const longest = (to - from) / Math.ceil(shorter);
    for (let start = from; start < to; ) {
      const clear = start > 4 * reach ? 2.5 * start : 0.8 * Math.max(start, reach);
      const end = Math.min(to, start + Math.min(longest, clear / shorter));
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
