type GammaDeltaRatio = typeof import('@stdlib/math-base-special-gamma-delta-ratio');

let gammaDeltaRatio: GammaDeltaRatio | undefined;

/** Γ(z + delta)/Γ(z) for z, delta > 0, to 15 digits also where both factors are huge. */
export function gammaRatio(z: number, delta: number): number {
  // loaded at first use: it takes longer than the rest of the theory together
  gammaDeltaRatio ??= require('@stdlib/math-base-special-gamma-delta-ratio') as GammaDeltaRatio;
  return 1 / gammaDeltaRatio(z, delta);
}
