import { type Activation, requireActivation } from '../core/activations';
import { requireInteger, requireNumber } from '../core/validation';
import { CLOCK_STEP, clockAt, clockRange } from './clock';
import { gammaRatio } from './gammaRatio';
import { type Unit, unitOf } from './unit';

/** Largest width the theory is tested for. */
const MAX_WIDTH = 1e6;

/** A term of a sum this much smaller than the sum changes no digit of it. */
const NEGLIGIBLE = 1e-18;

/** @throws TypeError or RangeError if `width` is no integer in [1, 10⁶]. */
export function requireWidth(width: unknown, name = 'width'): number {
  return requireInteger(name, width, { atLeast: 1, atMost: MAX_WIDTH });
}

/**
 * p₂ = E[φ(g)²], g ~ N(0, 1): keep · scale² · (1 + E slope²)/2.
 * @throws TypeError or RangeError if `activation` is none.
 * @example
 * meanSquare(relu) // 0.5
 */
export function meanSquare(activation: Activation): number {
  const { lower: l, upper: u, keep, scale } = requireActivation(activation);
  return keep * scale ** 2 * (0.5 + (l * l + l * u + u * u) / 6);
}

/**
 * p₄ = E[φ(g)⁴], g ~ N(0, 1): keep · scale⁴ · 3(1 + E slope⁴)/2.
 * @throws TypeError or RangeError if `activation` is none.
 * @example
 * meanFourthPower(linear) // 3
 */
export function meanFourthPower(activation: Activation): number {
  const { lower: l, upper: u, keep, scale } = requireActivation(activation);
  return 3 * keep * scale ** 4 * (0.5 + (l ** 4 + l ** 3 * u + l * l * u * u + l * u ** 3 + u ** 4) / 10);
}

/**
 * E[Q^(order/2)], where Q = Σ φ(gᵢ)² over `width` units, gᵢ ~ N(0, 1) independent: one layer multiplies the
 * squared norm of whatever enters it by weightStd² · Q.
 *
 * Where one slope only is not zero (linear, ReLU, |x|, each also under dropout), Q is χ²ₙ with n binomial and
 * the moment a binomial mean of 2^p Γ(n/2 + p)/Γ(n/2), p = order/2: microseconds. Elsewhere it is an integral
 * of E[Q^k e^(−tQ)]: 0.1 to 0.8 ms at any width, some 10 ms where random slopes cross zero and the width is
 * below 10. Our own derivation; relative error below 1e-12.
 * @param args `width` an integer in [1, 10⁶], `order` in (0, 100]. The moment is Infinity where huge slopes or
 *   scales make it larger than any double.
 * @throws TypeError or RangeError naming the argument at fault; a slope's magnitude must be 0 or
 *   in [1e-50, 1e50].
 * @example
 * momentFactor({ activation: relu, width: 64, order: 1 }) // 5.60136135
 */
export function momentFactor({
  activation,
  width,
  order,
}: {
  activation: Activation;
  width: number;
  order: number;
}): number {
  requireActivation(activation);
  requireWidth(width);
  requireNumber('order', order, { above: 0, atMost: 100 });
  if (order === 2) return width * meanSquare(activation);
  const unit = unitOf(activation);
  const { squares, weights } = unit.slopesFor(1);
  const moment =
    squares.length === 1 && squares[0] === 1
      ? binomialMoment(width, weights[0]!, order / 2)
      : clockMoment(unit, width, order / 2);
  return unit.size ** order * moment;
}

/**
 * E[(χ²ₙ)^p], n ~ Bin(width, probability). Binomial weights and moments 2^p Γ(n/2 + p)/Γ(n/2) follow from their
 * neighbours; both are summed from the weights' mode up, then down, until nothing is added.
 */
function binomialMoment(width: number, probability: number, p: number): number {
  const moment = (n: number) => 2 ** p * gammaRatio(n / 2, p);
  if (probability === 1) return moment(width);
  const odds = probability / (1 - probability);
  const mode = Math.min(width, Math.max(1, Math.floor((width + 1) * probability)));
  let totalWeight = 0;
  let sum = 0;
  let weight = 1; // relative to the mode's
  let [here, above] = [moment(mode), moment(mode + 1)]; // at n and n + 1
  for (let n = mode; n <= width && weight * here > NEGLIGIBLE * sum; n++) {
    totalWeight += weight;
    sum += weight * here;
    weight *= ((width - n) / (n + 1)) * odds;
    [here, above] = [above, here * (1 + (2 * p) / n)];
  }
  weight = 1;
  [here, above] = [moment(mode), moment(mode + 1)];
  for (let n = mode; n > 0 && weight > NEGLIGIBLE * totalWeight; n--) {
    weight *= n / (width - n + 1) / odds;
    [here, above] = [(above * (n - 1)) / (n - 1 + 2 * p), here];
    totalWeight += weight;
    sum += weight * here;
  }
  return sum / totalWeight;
}

/** E[Q^p] by the clock: E T^(−p) = E Q^p · Γ(k − p)/Γ(k). With k = ⌊p⌋ + 2 the integrand dies at both ends. */
function clockMoment(unit: Unit, width: number, p: number): number {
  const k = Math.floor(p) + 2;
  const { from, to } = clockRange(unit, width);
  let sum = 0;
  for (let logT = from; logT < to; logT += CLOCK_STEP) {
    const { tempered, remaining } = clockAt(unit, width, Math.exp(logT), k);
    sum += tempered * Math.exp(k * Math.min(0, logT) - p * logT);
    if (remaining * Math.exp(-p * logT) < NEGLIGIBLE * sum) break;
  }
  return CLOCK_STEP * sum * gammaRatio(k - p, p + 1);
}
