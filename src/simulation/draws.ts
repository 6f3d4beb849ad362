import type { RandomStream } from '../core/random';

/**
 * Draws a χ² variable with `degrees` degrees of freedom, an integer ≥ 0: twice a Gamma(degrees/2) variable,
 * by the rejection method of Marsaglia and Tsang (ACM TOMS 2000). 0 for 0 degrees. Equation (81) of
 * docs/theory.md.
 */
export function chiSquared(stream: RandomStream, degrees: number): number {
  if (degrees === 0) return 0;
  if (degrees === 1) return stream.normal() ** 2;
  const d = degrees / 2 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = 1 - stream.uniform();
    const x2 = x * x;
    // the first test is a cheap sufficient condition for the second
    if (u < 1 - 0.0331 * x2 * x2 || Math.log(u) < x2 / 2 + d * (1 - v + Math.log(v))) return 2 * d * v;
  }
}

/** Draws a Bin(tosses, ½) variable by counting random bits. */
export function coinTosses(stream: RandomStream, tosses: number): number {
  let heads = 0;
  let left = tosses;
  for (; left >= 32; left -= 32) heads += bitCount(stream.uint32());
  return left === 0 ? heads : heads + bitCount(stream.uint32() >>> (32 - left));
}

/** The number of ones in a 32-bit integer, summed in pairs, nibbles and bytes. */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Returns a sampler of Bin(trials, probability), 0 < probability ≤ 1, in constant time per draw: the alias
 * method of Walker and Vose (IEEE TSE 1991). Counts less likely than 2⁻⁶⁴ times the mode are omitted.
 *
 * The package `@stdlib/random-base-binomial` is not used: its version 0.2.2 samples a wrong distribution for
 * trials · probability ≥ 10 (for 64 fair trials, the probability of 20 is off by half).
 */
export function binomialSampler(trials: number, probability: number): (stream: RandomStream) => number {
  if (probability === 1) return () => trials;
  const { smallest, weights } = binomialWeights(trials, probability);
  const size = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // cell i, chosen with probability 1/size, gives i with probability `own[i]` and `alias[i]` otherwise
  const own = Float64Array.from(weights, (weight) => (weight * size) / total);
  const alias = Int32Array.from(weights.keys());
  const poor: number[] = [];
  const rich: number[] = [];
  for (let i = 0; i < size; i++) (own[i]! < 1 ? poor : rich).push(i);
  while (poor.length > 0 && rich.length > 0) {
    const taker = poor.pop()!;
    const giver = rich.at(-1)!;
    alias[taker] = giver;
    own[giver]! -= 1 - own[taker]!;
    if (own[giver]! < 1) poor.push(rich.pop()!);
  }
  // the remaining cells have weight 1 up to rounding
  for (const i of [...poor, ...rich]) own[i] = 1;
  return (stream) => {
    const place = stream.uniform() * size;
    const cell = Math.floor(place);
    return smallest + (place - cell < own[cell]! ? cell : alias[cell]!);
  };
}

/** Probabilities of the counts from `smallest` on, relative to the mode, by the ratios p(n + 1)/p(n). */
function binomialWeights(trials: number, probability: number): { smallest: number; weights: number[] } {
  const negligible = 2 ** -64;
  const odds = probability / (1 - probability);
  const mode = Math.floor((trials + 1) * probability);
  const below: number[] = [];
  for (let k = mode, weight = 1; k > 0; k--) {
    weight *= k / ((trials - k + 1) * odds);
    if (weight < negligible) break;
    below.push(weight);
  }
  const weights = [...below.reverse(), 1];
  for (let k = mode, weight = 1; k < trials; k++) {
    weight *= ((trials - k) * odds) / (k + 1);
    if (weight < negligible) break;
    weights.push(weight);
  }
  return { smallest: mode - below.length, weights };
}
