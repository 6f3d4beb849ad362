import { quotedNames } from './format';
import type { InitializationScheme } from './initializeModel';
import { judgeSignal } from './judge';
import type { Assessed } from './predict';
import type { ModelReading, WeightedLayer } from './readModel';
import { recommend } from './recommend';
import type { Verdict } from './report';

/** The conclusions of a report. */
interface Conclusion {
  verdict: Verdict;
  summary: string;
  recommendation: InitializationScheme | undefined;
}

/** Summarizes the assessed layers: the verdict, the recommendation, and the layers without a prediction. */
export function conclude(
  { weighted, merges }: ModelReading,
  assessed: ReadonlyMap<WeightedLayer, Assessed>,
  run: { inputLogNorm: number; training: boolean; noGradient: string | undefined },
): Conclusion {
  const layers = weighted.map((layer) => assessed.get(layer)!);
  // values after a softmax fused with the last layer do not measure the signal
  const judged = layers.filter((_, i) => weighted[i]!.head === undefined);
  const { verdict, why } = judgeSignal(judged, run);
  const sentences = [why];
  const strange = judged.filter(({ report }) => report.asPredicted === false);
  if (strange.length > 0)
    sentences.push(
      `Not as predicted: ${quotedNames(strange.map(({ report }) => report))}. Their weights are not independent normal draws of mean 0; trained weights never are.`,
    );
  const recommended =
    verdict === 'healthy' ? undefined : recommend({ weighted, merges }, layers, run.training);
  if (recommended !== undefined) sentences.push(recommended.why);
  if (run.noGradient !== undefined) sentences.push(`Gradients could not be measured: ${run.noGradient}`);
  if (merges.length > 0)
    sentences.push(
      `Branches merge in ${quotedNames(merges)}: predictions restart from the values measured there.`,
    );
  const reports = layers.map(({ report }) => report);
  for (const note of new Set(reports.flatMap((report) => report.note ?? [])))
    sentences.push(
      `No prediction for ${quotedNames(reports.filter((report) => report.note === note))}: ${note}.`,
    );
  return { verdict, summary: sentences.join('\n'), recommendation: recommended?.scheme };
}
