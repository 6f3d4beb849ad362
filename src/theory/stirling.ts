/**
 * The first seven coefficients B₂ₖ/(2k(2k − 1)) of Stirling's series for log Γ(z), equation (86) of docs/theory.md.
 * For z ≥ 10, and for complex z with Re z > 0 and |z| ≥ 14, the terms left out are below 5e-17.
 */
export const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
