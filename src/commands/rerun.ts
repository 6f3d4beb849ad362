import type { ParameterValues } from '../kernel/parameters';
import { type NotebookRun, runNotebook } from '../kernel/run';

/** What became of a command's notebooks. */
export interface Rerun {
  /** In order, those that failed too; without the one that was stopped. */
  runs: NotebookRun[];
  /** 0, or 1 if a notebook failed, or that of the signal that stopped it. */
  exitCode: number;
}

/** Exit codes after signals: Ctrl-C, the request to end, a terminal that was closed. */
const STOPPED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Reruns notebooks one after another for a command, with a line about each on stdout and what failed on stderr; a
 * terminal shows the progress. A signal such as Ctrl-C's ends the running one's kernel and leaves out the rest.
 */
export async function rerunNotebooks(
  files: readonly string[],
  {
    out,
    timeout,
    parameters,
  }: { out?: string | undefined; timeout?: number | undefined; parameters?: ParameterValues },
): Promise<Rerun> {
  const { stdout, stderr } = process;
  const abort = new AbortController();
  let failed = false;
  let stopped: number | undefined;
  for (const [name, exitCode] of Object.entries(STOPPED))
    process.once(name, () => {
      stopped = exitCode;
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
        ...(parameters && { parameters }),
        signal: abort.signal,
        onCell: (done, total) => {
          if (stdout.isTTY) stdout.write(`\r\x1b[K${file}  cell ${Math.min(done + 1, total)}/${total}`);
        },
      });
      runs.push(run);
      conclude(run.failure ? 'FAILED' : 'ok');
      if (!run.failure) continue;
      failed = true;
      const { cell, source, message } = run.failure;
      stderr.write(`${file}, cell [${cell}]:\n${source.replace(/^/gm, '  | ')}\n${message}\n`);
    } catch (error) {
      conclude('FAILED');
      stderr.write(`${file}: ${(error as Error).message}\n`);
      if (abort.signal.aborted) break;
      failed = true;
    }
  }
  return { runs, exitCode: stopped ?? (failed ? 1 : 0) };
}
