import * as path from 'node:path';
import { replaceFile } from '../platform/atomicFile';
import { withLock } from '../platform/lock';
import { formatResults, mergedCurves, readResults, resultsSoFar, type TrainingResults } from './results';

/**
 * Adds files of results to those of their experiment in a folder. What is in there does not depend on how often or in
 * which order files were added, or which of its runs were in the same file.
 * @throws Error naming the file if one of them holds no results, in which case nothing is added, or results of other
 *   settings, data, seed or arithmetic.
 */
export async function mergeResults(files: readonly string[], results: string): Promise<void> {
  for (const added of files.map(readResults))
    await addResults(path.join(results, `${added.experiment}.json`), added);
}

/**
 * Adds results to those in a file, whichever other processes do so at the same time.
 * @param outdated earlier results of the same training, whose information about it is replaced
 * @throws Error if the file holds results of other settings, data, seed or arithmetic.
 */
export async function addResults(
  file: string,
  added: TrainingResults,
  outdated?: TrainingResults,
): Promise<void> {
  await withLock(
    `${file}.lock`,
    () => {},
    async () => {
      const before = resultsSoFar(file, { ...added, shards: [], curves: [] });
      const shards = new Map(
        [...before.shards, ...added.shards].map((shard) => [JSON.stringify(shard), shard]),
      );
      for (const shard of outdated?.shards ?? []) shards.delete(JSON.stringify(shard));
      const schemes = Object.keys(added.settings.weightStds ?? {});
      replaceFile(
        file,
        formatResults({
          ...before,
          shards: [...shards.values()].sort(
            (a, b) => a.runs[0]! - b.runs[0]! || a.finished.localeCompare(b.finished),
          ),
          curves: mergedCurves(before.curves, added.curves, schemes),
        }),
      );
    },
  );
}
