import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { DataSet } from '../datasets/dataSet';
import { replaceFiles } from '../platform/atomicFile';
import { makeFolder } from '../platform/folder';
import type { Settings } from './settings';
import type { RunProgress } from './train';

/** A folder with one file per run: its networks and curves after the last complete epoch. */
export interface Checkpoints {
  folder: string;
  /** Hash of the settings and data, except the number of epochs and the learning rates. */
  fingerprint: string;
  /** By epoch; they must be the same as those of the completed epochs of a checkpoint. */
  learningRates: readonly number[];
}

/** The content of a checkpoint file. */
interface Content {
  fingerprint: string;
  /** Learning rates of the completed epochs. */
  learningRates: readonly number[];
  progress: RunProgress;
}

/** Opens the checkpoint folder of a training, creating it if necessary. */
export function openCheckpoints(folder: string, settings: Settings, data: DataSet): Checkpoints {
  makeFolder(folder);
  const { epochs, learningRates, ...rest } = settings;
  const hash = createHash('sha256').update(JSON.stringify(rest));
  for (const { images, labels } of [data.train, data.test]) hash.update(images).update(labels);
  return { folder, fingerprint: hash.digest('hex'), learningRates };
}

/** The file of a run's checkpoint. */
export function checkpointFile(folder: string, run: number): string {
  return path.join(folder, `run-${run}.ckpt`);
}

/** The number of completed epochs of a run; −1 before its first evaluation. */
export function epochsDone(progress: RunProgress | undefined): number {
  return progress ? progress.curves[0]!.testLoss.length - 1 : -1;
}

/** Writes the checkpoints of runs that are trained together; an interruption keeps the previous ones. */
export function saveCheckpoints(checkpoints: Checkpoints, runs: readonly RunProgress[]): void {
  const { folder, fingerprint, learningRates } = checkpoints;
  replaceFiles(
    new Map(
      runs.map((progress): [string, Buffer] => {
        const content: Content = {
          fingerprint,
          learningRates: learningRates.slice(0, epochsDone(progress)),
          progress,
        };
        return [checkpointFile(folder, progress.run), serialize(content)];
      }),
    ),
  );
}

/**
 * Reads the checkpoint of a run; undefined if there is none.
 * @throws Error if the file is damaged or was written with other settings or data.
 */
export function loadCheckpoint(checkpoints: Checkpoints, run: number): RunProgress | undefined {
  const source = checkpointFile(checkpoints.folder, run);
  if (!existsSync(source)) return undefined;
  let content: Content;
  try {
    content = deserialize(readFileSync(source));
  } catch (error) {
    throw new Error(`${source} is damaged; delete it to train run ${run} from the start`, { cause: error });
  }
  const { fingerprint, learningRates } = checkpoints;
  const sameRates = learningRates.every((rate, i) => rate === (content.learningRates[i] ?? rate));
  if (content.fingerprint !== fingerprint || !sameRates)
    throw new Error(
      `${source} was written with other settings or data; delete it or use another checkpoint folder`,
    );
  return content.progress;
}
