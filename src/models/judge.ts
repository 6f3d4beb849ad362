import { comparison, fixed } from './format';
import type { Assessed } from './predict';
import type { LayerReport, Verdict } from './report';

/** How far the log-norm may move from where it started: by a factor of ten. */
export const logNormBound = Math.LN10;
/** How far the log of the gradient's norm may move, beyond its spread: by a factor of a hundred. */
const gradientBound = 2 * Math.LN10;

/** A verdict and the sentence that explains it. */
export interface Judgement {
  verdict: Verdict;
  why: string;
}

/** Judges the signal, layer after layer, then dead outputs, then the gradient. */
export function judgeSignal(
  layers: readonly Assessed[],
  { inputLogNorm, training }: { inputLogNorm: number; training: boolean },
): Judgement {
  const last = layers.at(-1);
  if (last === undefined)
    return {
      verdict: 'healthy',
      why: 'There is nothing to judge: the only layer has an activation for the loss.',
    };
  const end = last.report;
  const atEnd = `at '${end.name}' its log is ${comparison(end.logNorm)}, from ${fixed(inputLogNorm)} at the input`;
  let from = inputLogNorm;
  let entered = 'what entered';
  for (const { report, normalized } of layers) {
    const { measured, predicted } = report.logNorm;
    if (normalized && training) {
      from = measured ?? from;
      entered = 'what the last normalization gave';
    }
    const systematic = report.asPredicted ? predicted : measured;
    if (systematic === undefined || systematic === -Infinity) continue;
    const change = systematic - from;
    if (Math.abs(change) <= logNormBound) continue;
    const size = change < 0 ? `below a tenth of ${entered}` : `above ten times ${entered}`;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    return {
      verdict,
      why: `The signal is ${verdict}: from '${report.name}' on, its norm per unit is ${Number.isNaN(change) ? 'not finite' : size}; ${atEnd}.`,
    };
  }
  if (last.zeros >= 0.5)
    return {
      verdict: 'dead',
      why: `Dead: '${end.name}' is zero for ${Math.round(100 * last.zeros)} % of the inputs.`,
    };
  return (
    judgeGradient(layers, end) ?? {
      verdict: 'healthy',
      why: `Healthy: the norm per unit stays within a factor of ten of ${entered}; ${atEnd}.`,
    }
  );
}

/** Its verdict if the gradient's size on its way back calls for one. */
function judgeGradient(layers: readonly Assessed[], end: LayerReport): Judgement | undefined {
  const endGradient = end.gradient.measured;
  for (const { report } of layers) {
    const { measured, spread } = report.gradient;
    if (measured === undefined || endGradient === undefined) continue;
    const change = measured - endGradient;
    if (Math.abs(change) <= gradientBound + 3 * (spread ?? end.logNorm.spread ?? 0)) continue;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    return {
      verdict,
      why: `The gradient is ${verdict}: at '${report.name}' the log of its norm is ${comparison(report.gradient)}, at '${end.name}' ${fixed(endGradient)}.`,
    };
  }
  return undefined;
}
