import type { Shared } from './jupyter';

/** What JupyterLab shares with the extension, by the name of the package; the bundle is made with it in scope. */
declare const fracmomentShared: Shared & Record<string, Record<string, unknown>>;

export const { PageConfig } = fracmomentShared['@jupyterlab/coreutils'];
export const { Signal } = fracmomentShared['@lumino/signaling'];
export const { Widget } = fracmomentShared['@lumino/widgets'];
export const { IKernelClient, IKernelSpecs } = fracmomentShared['@jupyterlite/services']!;
export const { INotebookCellExecutor, INotebookTracker, runCell } = fracmomentShared['@jupyterlab/notebook'];
export const { IRenderMimeRegistry } = fracmomentShared['@jupyterlab/rendermime']!;

/** The address of the site, which ends in a slash. */
export const baseAddress = new URL(
  PageConfig.getBaseUrl(),
  (globalThis as unknown as { location: { href: string } }).location.href,
).href;
