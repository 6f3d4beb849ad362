import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { replaceFile } from '../atomicFile';
import type { DataSet } from './dataSet';
import type { RunProgress, Settings } from './train';

/** A folder with one file a run: its networks and curves after the last full epoch. */
export interface Checkpoints {
  folder: string;
  /** Tells whether a file was written under the same settings and data; the number of epochs may differ. */
  fingerprint: string;
}

/** The checkpoints of such a training in this folder, which is made if it is missing. */
export function openCheckpoints(folder: string, settings: Settings, data: DataSet): Checkpoints {
  mkdirSync(folder, { recursive: true });
  const { epochs, learningRates, ...rest } = settings;
  const hash = createHash('sha256').update(JSON.stringify(rest));
  for (const { images, labels } of [data.train, data.test]) hash.update(images).update(labels);
  return { folder, fingerprint: hash.digest('hex') };
}

/** The file of a run's checkpoint. */
export function checkpointFile(folder: string, run: number): string {
  return path.join(folder, `run-${run}.ckpt`);
}

/** Writes a run's checkpoint; a stop in the middle leaves the previous one. */
export function saveCheckpoint(checkpoints: Checkpoints, progress: RunProgress): void {
  const target = checkpointFile(checkpoints.folder, progress.run);
  replaceFile(target, serialize({ fingerprint: checkpoints.fingerprint, progress }));
}

/**
 * The run's checkpoint; undefined if there is none.
 * @throws Error if the file cannot be read, or comes from other settings or data.
 */
export function loadCheckpoint(checkpoints: Checkpoints, run: number): RunProgress | undefined {
  const source = checkpointFile(checkpoints.folder, run);
  if (!existsSync(source)) return undefined;
  let content: { fingerprint: string; progress: RunProgress };
  try {
    content = deserialize(readFileSync(source));
  } catch (error) {
    throw new Error(`${source} is damaged; delete it to train run ${run} from the start`, { cause: error });
  }
  if (content.fingerprint !== checkpoints.fingerprint)
    throw new Error(
      `${source} was written with other settings or data; delete it, or take another checkpoint folder`,
    );
  return content.progress;
}
