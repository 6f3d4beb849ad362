/** One measured figure. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
}

/** What the command line hands to a benchmark. */
export interface BenchOptions {
  /** A Python interpreter that has PyTorch, to run a peer side by side. */
  pytorch?: string | undefined;
}

/** A file *.bench.ts. */
export interface Benchmark {
  bench(options: BenchOptions): Promise<BenchRow[]>;
}
