import { comparison, fixed } from './format';
import type { Assessed } from './predict';
import type { Reference } from './references';
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

/**
 * Checks the signal layer by layer, then for dead outputs, then the gradient.
 * @param outputs the share of zeros in the model's outputs
 */
export function judgeSignal(
  layers: readonly Assessed[],
  outputs: readonly { name: string; zeros: number }[],
  training: boolean,
): Judgement {
  const last = layers.at(-1);
  if (last === undefined)
    return {
      verdict: 'healthy',
      why: 'There is nothing to judge: the activation of the only layer belongs to the loss.',
    };
  /** The log-norms at the references and at the last layer that is compared with them. */
  const between = (references: readonly Reference[]) => {
    const { report } = layers.filter((layer) => layer.references.includes(references[0]!)).at(-1)!;
    const from = references.map(({ logNorm, place }) => `${fixed(logNorm)} ${place}`);
    return `its log is ${from.join(', ')} and ${comparison(report.logNorm)} at '${report.name}'`;
  };
  for (const { report, normalized, references } of layers) {
    const { measured, predicted } = report.logNorm;
    const systematic = report.asPredicted ? predicted : measured;
    if (systematic === undefined || systematic === -Infinity) continue;
    const [smallest, largest] = [references[0]!, references.at(-1)!];
    const from = systematic < smallest.logNorm ? smallest : largest;
    // a normalization sets the norm, which only has to be finite
    const change =
      normalized && training
        ? systematic - systematic
        : Math.min(systematic - smallest.logNorm, 0) + Math.max(systematic - largest.logNorm, 0);
    if (Math.abs(change) <= logNormBound) continue;
    const size = change < 0 ? `below a tenth of ${from.norm}` : `above ten times ${from.norm}`;
    const verdict = change < 0 ? 'vanishing' : 'exploding';
    return {
      verdict,
      why: `The signal is ${verdict}: from '${report.name}' on, the norm per unit is ${Number.isNaN(change) ? 'not finite' : size}; ${between([from])}.`,
    };
  }
  const dead = outputs.find(({ zeros }) => zeros >= 0.5);
  if (dead !== undefined)
    return {
      verdict: 'dead',
      why: `Dead: the output of '${dead.name}' is zero for ${Math.round(100 * dead.zeros)} % of the inputs.`,
    };
  const { references } = last;
  return (
    judgeGradient(layers, last.report) ?? {
      verdict: 'healthy',
      why: `Healthy: the norm per unit stays within a factor of ten of ${references.length > 1 ? "the inputs'" : references[0]!.norm}; ${between(references)}.`,
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
