import { STIRLING } from './stirling';

/**
 * Γ(z + delta)/Γ(z), also where both gamma functions overflow. Equation (87) of docs/theory.md, by Stirling's series
 * (DLMF 5.11.1). The relative error is below 2e-15 + 2e-16 · delta.
 * @param z in [0.5, 1e6].
 * @param delta in [0, 51].
 */
export function gammaRatio(z: number, delta: number): number {
  const whole = Math.floor(delta);
  const part = delta - whole;
  let product = 1;
  for (let i = 0; i < whole; i++) product *= z + part + i;
  let w = z;
  let exponent = -part;
  for (; w < 10; w++) exponent -= Math.log1p(part / w);
  exponent += (w - 0.5) * Math.log1p(part / w) + stirlingSum(w + part) - stirlingSum(w);
  return product * (w + part) ** part * Math.exp(exponent);
}

/** Σ B₂ₖ/(2k(2k − 1)) x^(1 − 2k) */
function stirlingSum(x: number): number {
  return STIRLING.reduceRight((sum, coefficient) => sum / (x * x) + coefficient, 0) / x;
}
