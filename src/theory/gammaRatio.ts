type GammaDeltaRatio = typeof import('@stdlib/math-base-special-gamma-delta-ratio');

let gammaDeltaRatio: GammaDeltaRatio | undefined;

/** Γ(z + delta)/Γ(z) for z, delta > 0, to 14 digits also where both factors are huge. */
export function gammaRatio(z: number, delta: number): number {
  // loaded at first use: it takes longer than the rest of the theory together
  gammaDeltaRatio ??= require('@stdlib/math-base-special-gamma-delta-ratio') as GammaDeltaRatio;
  const whole = Math.ceil(delta) - 1; // factors taken out: for large delta the library loses digits
  let product = 1;
  for (let i = 1; i <= whole; i++) product *= z + delta - i;
  return product / gammaDeltaRatio(z, delta - whole);
}
