import type { TailIndex } from './hill';
import { requireSample, type Sample } from './sample';

/**
 * Estimates the index α of a symmetric stable distribution from the growth of block sums (Mohammadi,
 * Mohammadpour and Ogata, Metrika 2015). Şimşekli, Sagun and Gürbüzbalaban (ICML 2019) applied it to gradient
 * noise.
 *
 * With Y the sums of consecutive blocks of m samples, 1/α̂ = (mean log|Y| − mean log|X|)/log m, where m is
 * the largest divisor of the sample size n with m ≤ √n. The standard error is that of the mean over blocks of
 * their terms of 1/α̂, multiplied by α̂². Equation (75) of docs/theory.md.
 *
 * The estimate is consistent for symmetric (α = 2: normal) and strictly stable distributions. For other
 * distributions it is not a tail index: it is about 2 for every centred distribution with finite variance,
 * about 1 for every distribution with nonzero mean, and negative if blocks cancel. Log-norms of networks are
 * not stable.
 * @param sample at least 4 finite nonzero numbers, independent and in the order in which they were drawn.
 * @returns the estimate, its standard error and the block size m.
 * @throws TypeError or RangeError naming the invalid argument, also if n is prime or the sum of a block is 0.
 * @example
 * blockTailIndex([1, -4, 9, 2, -1, 3, 5, 7, -2]).value // 1.45
 */
export function blockTailIndex(sample: Sample): TailIndex & { readonly blockSize: number } {
  const n = requireSample('sample', sample, { size: 4 }).length;
  const blockSize = largestDivisor(n);
  if (blockSize === 1)
    throw new RangeError(`sample must have a composite size, to be split into blocks; got the prime ${n}`);
  const terms = new Float64Array(n / blockSize);
  for (let block = 0; block < terms.length; block++) {
    const start = block * blockSize;
    let sum = 0;
    let logs = 0;
    for (let i = start; i < start + blockSize; i++) {
      if (sample[i] === 0)
        throw new RangeError(`sample[${i}] must not be 0 (its logarithm is needed); got 0`);
      sum += sample[i]!;
      logs += Math.log(Math.abs(sample[i]!));
    }
    if (sum === 0 || !Number.isFinite(sum))
      throw new RangeError(
        `the sum of sample[${start}] … sample[${start + blockSize - 1}] must be finite and not 0; got ${sum}`,
      );
    terms[block] = (Math.log(Math.abs(sum)) - logs / blockSize) / Math.log(blockSize);
  }
  const mean = terms.reduce((total, term) => total + term, 0) / terms.length;
  if (mean === 0)
    throw new RangeError(
      'sample must have blocks whose sums differ in size from their terms; got an infinite index',
    );
  const squares = terms.reduce((total, term) => total + (term - mean) ** 2, 0);
  const standardErrorOfMean = Math.sqrt(squares / ((terms.length - 1) * terms.length));
  return { value: 1 / mean, standardError: standardErrorOfMean / mean ** 2, blockSize };
}

/** The largest divisor of n that is at most √n. */
function largestDivisor(n: number): number {
  let divisor = Math.floor(Math.sqrt(n));
  while (n % divisor !== 0) divisor--;
  return divisor;
}
