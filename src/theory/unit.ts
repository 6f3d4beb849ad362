import type { Activation } from '../core/activations';

/**
 * The distribution of a² in φ(g)² = a²g², g ~ N(0, 1): a² equals `squares[i]` with probability `weights[i]`,
 * and 0 with the remaining probability (`Unit.zero`). Equation (2) of docs/theory.md.
 */
export interface SquaredSlopes {
  readonly squares: readonly number[];
  readonly weights: readonly number[];
}

/** One unit of a layer, normalized to size 1: its square divided by size². */
export interface Unit {
  /** Largest magnitude of a slope times the scale: φ is `size` times a unit whose slopes are at most 1. */
  readonly size: number;
  /** P(φ(g) = 0). A whole layer is zero with probability zero^width, equation (23) of docs/theory.md. */
  readonly zero: number;
  /** Smallest nonzero value among the squared slopes 1, lower² and upper², divided by the largest of them. */
  readonly smallest: number;
  /**
   * The weighted squared slopes for which E[(φ/size)^(2j) e^(−τ(φ/size)²)] is accurate to 15 digits for
   * |τ| = t and all j ≤ order. For fixed slopes they do not depend on t. For random slopes they are a
   * Gauss–Legendre rule made for this t.
   */
  slopesFor(t: number, order?: number): SquaredSlopes;
}

/** The unit of an activation. Equations (2) and (16) of docs/theory.md. */
export function unitOf({ lower, upper, keep, scale }: Activation): Unit {
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
 * Gauss–Legendre rules on panels for the slope a ~ U[lower, upper]. As a function of a, (1 + 2a²t)^(−1/2) has
 * singularities at a = ±i/√(2t) (for imaginary t, at the same distance) and decays like 1/a far from them. So
 * the length of a panel is proportional to its distance from these points. This gives 16 digits up to order
 * 10; higher orders use shorter panels.
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
  // only |a| matters: negative slopes are folded onto positive ones
  if (lower < 0) addPanels(Math.max(0, -upper), -lower);
  if (upper > 0) addPanels(Math.max(0, lower), upper);
  return { squares, weights };
}

/** Gauss–Legendre rule with 16 nodes on [0, 1]; the roots of the Legendre polynomial by Newton's method. */
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
