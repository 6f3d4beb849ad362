/** The hypothesis against which equality is tested. */
export type Alternative = 'two-sided' | 'less' | 'greater';

/**
 * P(D ≥ distance) for a sample of n numbers from a continuous distribution, exactly.
 *
 * One-sided: distance · Σ_j C(n, j) (distance + j/n)^(j−1) (1 − distance − j/n)^(n−j), whose terms are positive
 * (Birnbaum and Tingey 1951). Two-sided: twice that where it is small, since both sides then exceed the distance with
 * a probability of the fourth power; otherwise Durbin's matrix (Marsaglia, Tsang and Wang 2003). For n ≤ 1000 the
 * relative error is below 1e-9.
 */
export function oneSampleSurvival(n: number, distance: number, alternative: Alternative): number {
  const oneSided = oneSidedSurvival(n, distance);
  if (alternative !== 'two-sided') return oneSided;
  return oneSided < 1e-5 ? 2 * oneSided : 1 - twoSidedCdf(n, distance);
}

function oneSidedSurvival(n: number, distance: number): number {
  if (distance <= 0) return 1;
  let sum = 0;
  let logBinomial = 0;
  for (let j = 0; j < n * (1 - distance); j++) {
    const place = distance + j / n;
    sum += Math.exp(logBinomial + (j - 1) * Math.log(place) + (n - j) * Math.log1p(-place));
    logBinomial += Math.log((n - j) / (j + 1));
  }
  return distance * sum;
}

/**
 * n!/nⁿ times an element of the n-th power of a matrix of order 2⌈n · distance⌉ − 1, as the product of a row vector
 * with n copies of the matrix.
 */
function twoSidedCdf(n: number, distance: number): number {
  if (2 * n * distance <= 1) return 0;
  const middle = Math.ceil(n * distance);
  const rest = middle - n * distance;
  const size = 2 * middle - 1;
  const inverseFactorial = [1];
  for (let i = 1; i <= size; i++) inverseFactorial.push(inverseFactorial[i - 1]! / i);
  const element = (row: number, column: number) => {
    const power = row - column + 1;
    let numerator = 1;
    if (column === 0) numerator -= rest ** (row + 1);
    if (row === size - 1) numerator -= rest ** (size - column);
    if (column === 0 && row === size - 1) numerator += Math.max(0, 2 * rest - 1) ** size;
    return power < 0 ? 0 : numerator * inverseFactorial[power]!;
  };
  const matrix = Array.from({ length: size }, (_, row) =>
    Float64Array.from({ length: size }, (_, column) => element(row, column)),
  );
  let vector = new Float64Array(size);
  vector[middle - 1] = 1;
  for (let step = 1; step <= n; step++) {
    const next = new Float64Array(size);
    for (let row = 0; row < size; row++) {
      const factor = (vector[row]! * step) / n;
      const last = Math.min(size - 1, row + 1); // elements to the right are 0
      for (let column = 0; column <= last; column++) next[column]! += factor * matrix[row]![column]!;
    }
    vector = next;
  }
  return vector[middle - 1]!;
}

/**
 * P(D ≥ distance) for samples of n and m numbers from one continuous distribution, exactly: the merged samples are a
 * random path from (0, 0) to (n, m), and the probability that it ever leaves the region |i/n − j/m| < distance is
 * summed over the points where it does so first (Hodges 1957).
 */
export function twoSampleSurvival(n: number, m: number, distance: number, alternative: Alternative): number {
  const bound = Math.round(distance * n * m); // i · m − j · n is an integer
  if (bound === 0) return 1;
  const outside = (i: number, j: number) => {
    const difference = i * m - j * n;
    const excess = { 'two-sided': Math.abs(difference), greater: difference, less: -difference };
    return excess[alternative] >= bound;
  };
  let left = 0;
  let reached = new Float64Array(m + 1); // the probability of (i, j) without having left, by j
  reached[0] = 1;
  for (let i = 0; i <= n; i++) {
    const next = new Float64Array(m + 1);
    for (let j = 0; j <= m; j++) {
      const probability = reached[j]!;
      if (outside(i, j)) left += probability;
      else if (i < n || j < m) {
        const first = (n - i) / (n - i + m - j); // the next number is of the first sample
        next[j]! += probability * first;
        if (j < m) reached[j + 1]! += probability * (1 - first);
      }
    }
    reached = next;
  }
  return left;
}

/**
 * The limit of P(D ≥ distance) for large samples of effective size n, at λ = distance · (√n + 0.12 + 0.11/√n)
 * (Stephens, JRSS B 1970).
 */
export function asymptoticSurvival(n: number, distance: number, alternative: Alternative): number {
  const x = distance * (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n));
  return alternative === 'two-sided' ? kolmogorovSurvival(x) : Math.exp(-2 * x * x);
}

/**
 * P(K > x) for Kolmogorov's limit distribution. Below x = 1 the dual series is used, so that three terms
 * suffice.
 */
function kolmogorovSurvival(x: number): number {
  if (x < 0.04) return 1; // 1 − p < 1e-300
  if (x < 1) {
    const q = Math.exp(-(Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * (q + q ** 9 + q ** 25);
  }
  const q = Math.exp(-2 * x * x);
  return 2 * (q - q ** 4 + q ** 9 - q ** 16);
}
