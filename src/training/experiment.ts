import type { DataSet, DataSetSize } from '../datasets/dataSet';
import type { TrainingOptions } from './options';

/** An experiment: what is trained, and how many runs of how many epochs make it complete. */
export interface Experiment {
  about: string;
  data: () => DataSet;
  /** The sizes of that data, for planning without it. */
  size: DataSetSize;
  runs: number;
  /** Measured network-steps per second of one processor: see `planned`. */
  speed: number;
  options: Omit<TrainingOptions, 'data' | 'runs' | 'seed'>;
}
