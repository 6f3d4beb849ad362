import { type NotebookRun, runNotebook } from '../kernel/run';

/** What became of a command's notebooks. */
export interface Rerun {
  /** In order, those that failed too; without the one that was stopped. */
  runs: NotebookRun[];
  /** 0, or 1 if a notebook failed, or 130 after Ctrl-C and 143 after SIGTERM. */
  exitCode: number;
}

const STOPPED = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Reruns notebooks one after another for a command, with a line about each on stdout and what failed on stderr; a
 * terminal shows the progress. Ctrl-C ends the running one's kernel and leaves out the rest.
 */
export async function rerunNotebooks(
  files: readonly string[],
  { out, timeout }: { out?: string | undefined; timeout?: number | undefined },
): Promise<Rerun> {
  const { stdout, stderr } = process;
  const abort = new AbortController();
  let exitCode = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      exitCode = STOPPED[name];
      abort.abort(new Error(`stopped by ${name}`));
    });
  const runs: NotebookRun[] = [];
  for (const file of files) {
    const start = performance.now();
    const conclude = (word: string) => {
      if (stdout.isTTY) stdout.write('\r\x1b[K');
      stdout.write(`${word}  ${file}  ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    };
    try {
      const run = await runNotebook(file, {
        ...(out !== undefined && { out }),
        ...(timeout !== undefined && { timeout }),
        signal: abort.signal,
        onCell: (done, total) => {
          if (stdout.isTTY) stdout.write(`\r\x1b[K${file}  cell ${Math.min(done + 1, total)}/${total}`);
        },
      });
      runs.push(run);
      conclude(run.failure ? 'FAILED' : 'ok');
      if (!run.failure) continue;
      exitCode = 1;
      const { cell, source, message } = run.failure;
      stderr.write(`${file}, cell [${cell}]:\n${source.replace(/^/gm, '  | ')}\n${message}\n`);
    } catch (error) {
      conclude('FAILED');
      stderr.write(`${file}: ${(error as Error).message}\n`);
      if (abort.signal.aborted) break;
      exitCode = 1;
    }
  }
  return { runs, exitCode };
}
