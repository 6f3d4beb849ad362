type GammaDeltaRatio = typeof import('@stdlib/math-base-special-gamma-delta-ratio');

let gammaDeltaRatio: GammaDeltaRatio | undefined;

/** Γ(z + delta)/Γ(z) for z, delta > 0, to 14 digits even where both gamma functions overflow. */
export function gammaRatio(z: number, delta: number): number {
  // loaded on first use: it takes longer than the rest of src/theory together
  gammaDeltaRatio ??= require('@stdlib/math-base-special-gamma-delta-ratio') as GammaDeltaRatio;
  const whole = Math.ceil(delta) - 1; // split off as a product: for large delta the library loses digits
  let product = 1;
  for (let i = 1; i <= whole; i++) product *= z + delta - i;
  return product / gammaDeltaRatio(z, delta - whole);
}
