import { quotedNames } from './format';
import type { InitializationScheme } from './initializeModel';
import { judgeSignal } from './judge';
import type { Assessed } from './predict';
import type { ModelReading, WeightedLayer } from './readModel';
import { recommend } from './recommend';
import type { Verdict } from './report';

/** What a report concludes. */
interface Conclusion {
  verdict: Verdict;
  summary: string;
  recommendation: InitializationScheme | undefined;
}

/** Sums up the assessed layers in sentences: the verdict, what to do about it, and where theory says nothing. */
export function conclude(
  { weighted, merges }: ModelReading,
  assessed: ReadonlyMap<WeightedLayer, Assessed>,
  run: { inputLogNorm: number; training: boolean; noGradient: string | undefined },
): Conclusion {
  const layers = weighted.map((layer) => assessed.get(layer)!);
  // values after a softmax fused with the last layer say nothing of the signal
  const judged = layers.filter((_, i) => weighted[i]!.head === undefined);
  const { verdict, why } = judgeSignal(judged, run);
  const sentences = [why];
  const strange = judged.filter(({ report }) => report.asPredicted === false);
  if (strange.length > 0)
    sentences.push(
      `Not as predicted: ${quotedNames(strange.map(({ report }) => report))}. Their weights are not independent normal draws of mean 0; trained ones never are.`,
    );
  const recommended =
    verdict === 'healthy' ? undefined : recommend({ weighted, merges }, layers, run.training);
  if (recommended !== undefined) sentences.push(recommended.why);
  if (run.noGradient !== undefined) sentences.push(`Gradients could not be measured: ${run.noGradient}`);
  if (merges.length > 0)
    sentences.push(
      `Branches meet in ${quotedNames(merges)}: predictions start again from what is measured there.`,
    );
  const reports = layers.map(({ report }) => report);
  for (const note of new Set(reports.flatMap((report) => report.note ?? [])))
    sentences.push(
      `No prediction for ${quotedNames(reports.filter((report) => report.note === note))}: ${note}.`,
    );
  return { verdict, summary: sentences.join('\n'), recommendation: recommended?.scheme };
}
