// The workers of kernels. The page starts the first one before JupyterLab, which takes longer to start.
import type { ToWorker } from '../scope';
import { type PageWorker, page } from './jupyter';

export interface KernelWorker {
  readonly port: PageWorker;
  /** Memory in which an interrupt is noted, where the page may share it. */
  readonly interrupts: Int32Array | undefined;
}

export function startWorker(address: string): KernelWorker {
  const port = new page.Worker(address);
  const shared = page.crossOriginIsolated && typeof SharedArrayBuffer === 'function'; // WebKit on Linux has none
  const interrupts = shared ? new SharedArrayBuffer(4) : undefined;
  port.postMessage({ kind: 'start', interrupts } satisfies ToWorker);
  return { port, interrupts: interrupts && new Int32Array(interrupts) };
}

/** What the script before JupyterLab leaves for the extension, another program. */
const waiting = globalThis as { fracmomentWorker?: KernelWorker | undefined };

export function startFirstWorker(address: string): void {
  const worker = startWorker(address);
  waiting.fracmomentWorker = worker;
  // the kernel starts one anew and tells what is wrong with that
  worker.port.onerror = () => {
    if (waiting.fracmomentWorker === worker) waiting.fracmomentWorker = undefined;
  };
}

/** The first worker, for one kernel, unless it has failed or was never started. */
export function takeFirstWorker(): KernelWorker | undefined {
  const worker = waiting.fracmomentWorker;
  waiting.fracmomentWorker = undefined;
  return worker;
}
