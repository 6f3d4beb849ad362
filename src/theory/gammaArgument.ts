import { STIRLING } from './stirling';

/**
 * arg Γ(1 + iv), the imaginary part of the complex log-gamma function: continuous in v and 0 at v = 0. Equation (88)
 * of docs/theory.md, by Stirling's series (DLMF 5.11.1). The absolute error is below 2e-15 + 3e-16 · v log(1 + v).
 * @param v in [0, 1e5].
 */
export function gammaArgument(v: number): number {
  let x = 1;
  while (x * x + v * v < 14 ** 2) x++;
  const square = x * x + v * v;
  const [re, im] = [x / square, -v / square]; // 1/z of z = x + iv
  const [squareRe, squareIm] = [re * re - im * im, 2 * re * im];
  let [sumRe, sumIm] = [0, 0];
  for (let k = STIRLING.length - 1; k >= 0; k--)
    [sumRe, sumIm] = [
      sumRe * squareRe - sumIm * squareIm + STIRLING[k]!,
      sumRe * squareIm + sumIm * squareRe,
    ];
  const angle = Math.atan2(v, x);
  let rest = angle / 2 + sumRe * im + sumIm * re;
  for (let j = 1; j < x; j++) rest += angle - Math.atan2(v, j);
  return v * (Math.log(square) / 2 - 1) + rest;
}
