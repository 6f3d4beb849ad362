import { received, requireArray } from '../core/validation';

/** Numbers drawn from one distribution, as a plain or typed array. */
export type Sample = ArrayLike<number>;

/**
 * Returns `sample` if it is a plain or typed array of at least `size` numbers that are finite, and not below `atLeast`,
 * or among the accepted `infinities`. NaN is never accepted.
 * @throws TypeError if it is not an array or contains other values than numbers, RangeError if it is too
 *   short or an element is out of range.
 */
export function requireSample(
  name: string,
  sample: unknown,
  {
    size = 1,
    infinities = 'none',
    atLeast = -Number.MAX_VALUE,
  }: { size?: number; infinities?: 'none' | 'negative' | 'both'; atLeast?: number } = {},
): Sample {
  requireArray(name, sample, 'numbers');
  const values = sample as Sample;
  if (values.length < size)
    throw new RangeError(
      `${name} must hold at least ${size} number${size === 1 ? '' : 's'}; got ${values.length}`,
    );
  const lowest = infinities === 'none' ? atLeast : -Infinity;
  const highest = infinities === 'both' ? Infinity : Number.MAX_VALUE;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (typeof x !== 'number') throw new TypeError(`${name}[${i}] must be a number; got ${received(x)}`);
    if (!(x >= lowest && x <= highest)) {
      const finite = atLeast === 0 ? 'finite and at least 0' : 'finite';
      const accepted = { none: finite, negative: 'finite or -Infinity', both: 'a number or ±Infinity' };
      throw new RangeError(`${name}[${i}] must be ${accepted[infinities]}; got ${x}`);
    }
  }
  return values;
}

/**
 * Returns `x` if it is a number, possibly infinite.
 * @throws TypeError if it is not a number or is NaN.
 */
export function requireOrderedNumber(name: string, x: unknown): number {
  if (typeof x !== 'number' || Number.isNaN(x))
    throw new TypeError(`${name} must be a number or ±Infinity; got ${received(x)}`);
  return x;
}

/** The number of elements of an ascending array that are at most x. */
export function countUpTo(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
