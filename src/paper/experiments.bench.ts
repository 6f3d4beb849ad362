import type { BenchRow } from '../bench/rows';
import { randomStream } from '../core/random';
import { type DataSet, type DataSetSize, sharedBytes } from '../datasets/dataSet';
import type { Experiment } from '../training/experiment';
import { trainEnsemble } from '../training/trainEnsemble';
import { experiments } from './experiments';

/** A fifth of a data set, of random pixels and labels: the speed does not depend on them. */
function noise({ train, test, ...image }: DataSetSize): DataSet {
  const random = randomStream(1, 0);
  const part = (count: number) => {
    const images = sharedBytes(count * image.height * image.width * image.channels);
    for (let i = 0; i < images.length; i++) images[i] = random.uint32() >>> 24;
    return { images, labels: Uint8Array.from({ length: count }, () => random.uint32() % image.classes) };
  };
  return { ...image, name: 'noise', train: part(train / 5), test: part(test / 5) };
}

const runs = 5;
const epochs = 3;

/**
 * Network-steps per second of processor time, of five runs that are trained as one program: between the ends of the first
 * and the last epoch, evaluations included.
 */
async function speed({ options, size }: Experiment): Promise<number> {
  const data = noise(size);
  /** Seconds of processor time at the end of each epoch. */
  const spent: number[] = [];
  await trainEnsemble({
    ...options,
    data,
    runs,
    epochs,
    seed: 1,
    threads: 1,
    onEpoch() {
      const { user, system } = process.cpuUsage();
      spent.push((user + system) / 1e6);
    },
  });
  const steps = Math.ceil(data.train.labels.length / (options.batchSize ?? 128));
  const networks = runs * Object.keys(options.schemes).length;
  return ((epochs - 1) * networks * steps) / (spent[epochs]! - spent[1]!);
}

/** The speed of each experiment on one processor, as `Experiment.speed` has it. */
export async function bench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, experiment] of Object.entries(experiments))
    rows.push({ name, value: await speed(experiment), unit: 'network-steps/s per processor' });
  return rows;
}
