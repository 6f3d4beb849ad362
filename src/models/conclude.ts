import type { Diagnosis, ReportSettings } from './diagnose';
import { quotedNames } from './format';
import type { InitializationScheme } from './initializationScheme';
import type { TfTensor } from './modelGraph';
import type { ModelReading } from './readModel';
import { recommend } from './recommend';

/**
 * Summarizes a diagnosis: the verdict, the recommendation, and the layers without a prediction.
 */
export function conclude(
  reading: ModelReading,
  inputs: readonly TfTensor[],
  settings: ReportSettings,
  diagnosis: Diagnosis,
): { summary: string; recommendation: InitializationScheme | undefined } {
  const { verdict, why, assessed, judged, noGradient } = diagnosis;
  const sentences = [why];
  const strange = judged.filter(({ report }) => report.asPredicted === false);
  if (strange.length > 0)
    sentences.push(
      `Not as predicted: ${quotedNames(strange.map(({ report }) => report))}. Their weights are not independent normal draws of mean 0; trained weights never are.`,
    );
  const recommended = verdict === 'healthy' ? undefined : recommend(reading, inputs, settings, diagnosis);
  if (recommended !== undefined) sentences.push(recommended.why);
  if (noGradient !== undefined) sentences.push(`Gradients could not be measured: ${noGradient}`);
  if (reading.merges.length > 0)
    sentences.push(
      `Branches merge in ${quotedNames(reading.merges)}: predictions restart from the values measured there.`,
    );
  const reports = assessed.map(({ report }) => report);
  for (const note of new Set(reports.flatMap((report) => report.note ?? [])))
    sentences.push(
      `No prediction for ${quotedNames(reports.filter((report) => report.note === note))}: ${note}.`,
    );
  return { summary: sentences.join('\n'), recommendation: recommended?.scheme };
}
