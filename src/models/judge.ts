import { comparison, fixed } from './format';
import type { Assessed } from './predict';
import type { LayerReport, Verdict } from './report';

/** Largest change of the log-norm in a healthy model: a factor of ten. */
export const logNormBound = Math.LN10;
/** Largest change of the log of the gradient's norm, beyond its spread: a factor of a hundred. */
const gradientBound = 2 * Math.LN10;

/** A verdict and the sentence that explains it. */
export interface Judgement {
  verdict: Verdict;
  why: string;
}

/** Checks the signal layer by layer, then for dead outputs, then the gradient. */
export function judgeSignal(
  layers: readonly Assessed[],
  { inputLogNorm, training }: { inputLogNorm: number; training: boolean },
): Judgement {
  const last = layers.at(-1);
  if (last === undefined)
    return {
      verdict: 'healthy',
      why: 'There is nothing to judge: the activation of the only layer belongs to the loss.',
    };
  const end = last.report;
  const atEnd = `its log is ${fixed(inputLogNorm)} at the input and ${comparison(end.logNorm)} at '${end.name}'`;
  let from = inputLogNorm;
  let reference = "the input's";
  for (const { report, normalized } of layers) {
    const { measured, predicted } = report.logNorm;
    if (normalized && training) {
      from = measured ?? from;
      reference = 'its value after the last normalization';
    }
    const systematic = report.asPredicted ? predicted : measured;
    if (systematic === undefined || systematic === -Infinity) continue;
    const change = systematic - from;
    if (Math.abs(change) <= logNormBound) continue;
    const size = change < 0 ? `below a tenth of ${reference}` : `above ten times ${reference}`;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    return {
      verdict,
      why: `The signal is ${verdict}: from '${report.name}' on, the norm per unit is ${Number.isNaN(change) ? 'not finite' : size}; ${atEnd}.`,
    };
  }
  if (last.zeros >= 0.5)
    return {
      verdict: 'dead',
      why: `Dead: the output of '${end.name}' is zero for ${Math.round(100 * last.zeros)} % of the inputs.`,
    };
  return (
    judgeGradient(layers, end) ?? {
      verdict: 'healthy',
      why: `Healthy: the norm per unit stays within a factor of ten of ${reference}; ${atEnd}.`,
    }
  );
}

/** The verdict if the gradient vanishes or explodes; otherwise undefined. */
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
      why: `The gradient is ${verdict}: the log of its norm is ${comparison(report.gradient)} at '${report.name}' and ${fixed(endGradient)} at '${end.name}'.`,
    };
  }
  return undefined;
}
