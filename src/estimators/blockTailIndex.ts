import type { TailIndex } from './hill';
import { requireSample, type Sample } from './sample';

/**
 * The estimate of a stable law's index α by Mohammadi, Mohammadpour and Ogata (Metrika 2015), as used for gradient
 * noise by Şimşekli, Sagun and Gürbüzbalaban (ICML 2019): with Y the sums of consecutive blocks of m samples,
 *
 * 1/α̂ = (mean log|Y| − mean log|X|) / log m,
 *
 * m being the largest divisor of the sample's size n that is not above √n. The standard error is that of the mean over
 * blocks of their terms of 1/α̂, times α̂².
 *
 * It is right for symmetric stable laws (α = 2: normal; sums of m have the law of m^(1/α) X) and for strictly stable
 * ones. For others it is a number all the same: about 2 for every centred law with a variance, about 1 for every one
 * with a mean other than 0, and below 0 where blocks cancel; log-norms of networks are neither.
 * @param sample at least 4 finite numbers other than 0, independent, in the order in which they were drawn
 * @throws TypeError or RangeError naming the argument at fault: also if n is a prime, or a block's sum is 0.
 * @example
 * blockTailIndex([1, -4, 9, 2, -1, 3, 5, 7, -2]).value // 1.45
 */
export function blockTailIndex(sample: Sample): TailIndex & { readonly blockSize: number } {
  const n = requireSample('sample', sample, { size: 4 }).length;
  const blockSize = largestDivisor(n);
  if (blockSize === 1)
    throw new RangeError(`sample must have a size with a divisor, to be cut into blocks; got the prime ${n}`);
  const terms = new Float64Array(n / blockSize);
  for (let block = 0; block < terms.length; block++) {
    const start = block * blockSize;
    let sum = 0;
    let logs = 0;
    for (let i = start; i < start + blockSize; i++) {
      if (sample[i] === 0)
        throw new RangeError(`sample[${i}] must not be 0, whose logarithm is needed; got 0`);
      sum += sample[i]!;
      logs += Math.log(Math.abs(sample[i]!));
    }
    if (sum === 0)
      throw new RangeError(
        `the sum of sample[${start}] … sample[${start + blockSize - 1}] must not be 0; got 0`,
      );
    terms[block] = (Math.log(Math.abs(sum)) - logs / blockSize) / Math.log(blockSize);
  }
  const mean = terms.reduce((total, term) => total + term, 0) / terms.length;
  const squares = terms.reduce((total, term) => total + (term - mean) ** 2, 0);
  const standardErrorOfMean = Math.sqrt(squares / ((terms.length - 1) * terms.length));
  return { value: 1 / mean, standardError: standardErrorOfMean / mean ** 2, blockSize };
}

/** The largest divisor of n that is not above √n. */
function largestDivisor(n: number): number {
  let divisor = Math.floor(Math.sqrt(n));
  while (n % divisor !== 0) divisor--;
  return divisor;
}
