/*
 * The part of JupyterLab, JupyterLite and the page that the kernel's extension uses. JupyterLab shares its packages when it
 * loads the extension: what is named here is taken from them.
 */

/** A message of the Jupyter protocol. */
export interface RequestMessage {
  readonly header: { readonly msg_id: string; readonly msg_type: string; readonly session: string };
  readonly content: Record<string, unknown>;
}

/** How JupyterLite asks for a kernel. */
export interface KernelOptions {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  sendMessage(message: object): void;
}

/** What JupyterLite needs of a kernel. */
export interface LiteKernel {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly ready: Promise<void>;
  readonly isDisposed: boolean;
  readonly disposed: Signal;
  handleMessage(message: RequestMessage): Promise<void>;
  dispose(): void;
}

export interface KernelSpecs {
  register(kernel: { spec: object; create(options: KernelOptions): Promise<LiteKernel> }): void;
}

export interface KernelClient {
  interrupt(id: string): Promise<void>;
}

export interface Signal {
  connect(slot: (sender: never, value: never) => void): void;
  emit(value: unknown): void;
}

/** An output with its data by MIME type. */
export interface OutputModel {
  readonly data: Readonly<Record<string, unknown>>;
}

export interface RenderMime {
  addFactory(factory: { safe: boolean; mimeTypes: string[]; createRenderer(): object }, rank: number): void;
}

export interface Contents {
  get(path: string, options?: { content: boolean }): Promise<{ content: NotebookContent }>;
  save(path: string, model: { type: 'notebook'; format: 'json'; content: NotebookContent }): Promise<unknown>;
}

export interface NotebookContent {
  readonly cells: readonly { readonly cell_type: string; readonly source: string | readonly string[] }[];
}

export interface Application {
  readonly restored: Promise<void>;
  readonly commands: { execute(id: string, args: object): Promise<unknown> };
  readonly shell: { collapseLeft(): void };
  readonly serviceManager: { readonly contents: Contents };
}

/** An open notebook. */
export interface NotebookPanel {
  readonly isDisposed: boolean;
  readonly context: {
    readonly ready: Promise<void>;
    readonly path: string;
    readonly model: { toJSON(): NotebookContent; fromJSON(content: NotebookContent): void };
    readonly saveState: Signal;
    save(): Promise<void>;
  };
  readonly contentHeader: { addWidget(widget: object): void };
}

export interface NotebookTracker {
  readonly widgetAdded: { connect(slot: (sender: unknown, panel: NotebookPanel) => void): void };
}

/** What JupyterLab runs a cell with. */
export interface CellToRun {
  readonly cell: {
    readonly model: { readonly type: string };
    readonly isDisposed: boolean;
    readonly disposed: Pick<Signal, 'connect'>;
    setPrompt(prompt: string): void;
  };
  readonly sessionContext?: { readonly isReady: boolean; readonly ready: Promise<void> };
}

/** An element of the page. */
export interface Element {
  className: string;
  textContent: string;
  readonly clientWidth: number;
  readonly style: Record<string, string>;
  onclick: () => void;
  onload: () => void;
  onerror: () => void;
  src: string;
  replaceChildren(...children: (Element | string)[]): void;
  append(...children: (Element | string)[]): void;
}

interface Page {
  readonly document: { createElement(name: string): Element; readonly head: Element };
  readonly ResizeObserver: new (
    listener: () => void,
  ) => { observe(element: Element): void; disconnect(): void };
  readonly IntersectionObserver: new (
    listener: (entries: readonly { readonly isIntersecting: boolean }[]) => void,
  ) => { observe(element: Element): void; disconnect(): void };
  readonly Worker: new (address: string) => PageWorker;
  readonly crossOriginIsolated: boolean;
  readonly innerWidth: number;
  readonly location: { readonly href: string; readonly search: string };
}

/** A Web Worker as the page sees it. */
export interface PageWorker {
  onmessage: (event: { data: never }) => void;
  onerror: (event: { message?: string }) => void;
  postMessage(message: unknown): void;
  terminate(): void;
}

export const page = globalThis as unknown as Page;

/** The packages that JupyterLab shares. */
export interface Shared {
  '@jupyterlab/coreutils': { PageConfig: { getBaseUrl(): string } };
  '@lumino/signaling': { Signal: new (sender: object) => Signal };
  '@jupyterlab/notebook': {
    INotebookCellExecutor: unknown;
    INotebookTracker: unknown;
    runCell(run: CellToRun): Promise<boolean>;
  };
  '@lumino/widgets': { Widget: new () => Widget };
}

export interface Widget {
  readonly node: Element;
  addClass(name: string): void;
  show(): void;
  hide(): void;
  dispose(): void;
}
