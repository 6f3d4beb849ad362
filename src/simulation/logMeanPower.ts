/**
 * log of the mean of |values[i]|^order over from ≤ i < to, at any order; −Infinity if all values are 0. Where the powers
 * leave the range of a double, they are taken of the values divided by the largest.
 */
export function logMeanPower(values: ArrayLike<number>, from: number, to: number, order: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.abs(values[i]!) ** order;
  // above 1e-290, powers that underflowed do not matter
  if (sum > 1e-290 && sum < Infinity) return Math.log(sum / (to - from));
  let largest = 0;
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(values[i]!));
  if (largest === 0) return -Infinity;
  let scaled = 0;
  for (let i = from; i < to; i++) scaled += (Math.abs(values[i]!) / largest) ** order;
  return order * Math.log(largest) + Math.log(scaled / (to - from));
}
