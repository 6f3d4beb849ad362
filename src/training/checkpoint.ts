import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { DataSet } from '../datasets/dataSet';
import { replaceFiles } from '../platform/atomicFile';
import { makeFolder } from '../platform/folder';
import { sha256 } from '../platform/sha256';
import { arithmetic, type Settings } from './settings';
import { epochsDone, type RunProgress } from './train';

/** A folder with one file per run: its networks and curves after the last complete epoch. */
export interface Checkpoints {
  folder: string;
  /** Hash of the settings and data, except the number of epochs and the learning rates. */
  fingerprint: string;
  /** By epoch; they must be the same as those of the completed epochs of a checkpoint. */
  learningRates: readonly number[];
}

/**
 * The content of a checkpoint file: this object as Node's v8.serialize writes it, after a line with the SHA-256 of
 * what it wrote. The first versions wrote no such line.
 */
interface Content {
  /** Not given by version 1. */
  arithmetic?: number;
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

/** The first line of a checkpoint file. */
function headline(content: Uint8Array): Buffer {
  return Buffer.from(`fracmoment checkpoint, SHA-256 ${sha256(content)}\n`);
}

/** The first byte that v8.serialize writes, and so of a checkpoint without a first line. */
const serialized = 0xff;

/** Writes the checkpoints of runs that are trained together; an interruption keeps the previous ones. */
export function saveCheckpoints(checkpoints: Checkpoints, runs: readonly RunProgress[]): void {
  const { folder, fingerprint, learningRates } = checkpoints;
  replaceFiles(
    new Map(
      runs.map((progress): [string, Buffer] => {
        const content: Content = {
          arithmetic,
          fingerprint,
          learningRates: learningRates.slice(0, epochsDone(progress)),
          progress,
        };
        const bytes = serialize(content);
        return [checkpointFile(folder, progress.run), Buffer.concat([headline(bytes), bytes])];
      }),
    ),
  );
}

/**
 * Reads the checkpoint of a run; undefined if there is none. The file stays as it is in any case.
 * @throws Error that names the file and says what to do if it is damaged, was written with other settings or data,
 *   or by a version that rounds otherwise.
 */
export function loadCheckpoint(checkpoints: Checkpoints, run: number): RunProgress | undefined {
  const source = checkpointFile(checkpoints.folder, run);
  if (!existsSync(source)) return undefined;
  const content = readCheckpoint(source);
  const { fingerprint, learningRates } = checkpoints;
  if (content.arithmetic !== arithmetic)
    throw new Error(
      `${source} was written by another version, which rounds otherwise; ` +
        `finish the training with that version, or move the file away to train run ${run} from the start`,
    );
  const sameRates = learningRates.every((rate, i) => rate === (content.learningRates[i] ?? rate));
  if (content.fingerprint !== fingerprint || !sameRates)
    throw new Error(
      `${source} was written with other settings or data; delete it or use another checkpoint folder`,
    );
  return content.progress;
}

/** The content of a checkpoint file. @throws Error that names the file if it is damaged. */
export function readCheckpoint(file: string): Content {
  try {
    const bytes = readFileSync(file);
    if (bytes[0] === serialized) return deserialize(bytes);
    const start = bytes.indexOf('\n') + 1;
    const content = bytes.subarray(start);
    if (!bytes.subarray(0, start).equals(headline(content)))
      throw new Error('its SHA-256 is not the one on its first line');
    return deserialize(content);
  } catch (error) {
    throw new Error(
      `${file} is damaged (${(error as Error).message}). It is left as it is; move it away to train its run from the ` +
        'start. The other runs go on from their own checkpoints',
      { cause: error },
    );
  }
}
