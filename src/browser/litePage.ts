import type { BrowserContext, Page } from 'playwright-core';

/** An output of a cell, as a notebook keeps it. */
export interface LiteOutput {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  traceback?: string[];
}

/** What of JupyterLab's own objects these tests use, in the page. */
interface App {
  jupyterapp: {
    serviceManager: {
      contents: { save(path: string, file: object): Promise<unknown>; delete(path: string): Promise<void> };
    };
    commands: { execute(command: string): Promise<unknown> };
    shell: {
      currentWidget: {
        context: { path: string; isReady: boolean };
        content: { model: { cells: Iterable<CellModel> } };
        sessionContext: { ready: Promise<void>; session: { kernel: Kernel | null } | null };
      } | null;
    };
  };
}
interface CellModel {
  readonly type: string;
  readonly executionCount: number | null;
  readonly sharedModel: { source: string; setSource(source: string): void };
  getMetadata(name: string): unknown;
  readonly outputs: { toJSON(): LiteOutput[] };
}
interface Kernel {
  interrupt(): Promise<void>;
  requestExecute(content: { code: string; stop_on_error: boolean }): {
    onIOPub: (message: { header: { msg_type: string }; content: Record<string, unknown> }) => void;
    done: Promise<{ content: { status: string } }>;
  };
}

/** What became of a piece of code. */
export interface Ran {
  status: string;
  outputs: { type: string; content: Record<string, unknown> }[];
  milliseconds: number;
}

/** Opens a notebook in JupyterLite and waits for its kernel. */
export async function openLite(context: BrowserContext, site: string, notebook: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${site}lab/index.html?path=${notebook}.ipynb`);
  await page.waitForFunction((file) => {
    const widget = (globalThis as unknown as Partial<App>).jupyterapp?.shell.currentWidget;
    return widget?.context?.isReady && widget.context.path === file && widget.sessionContext.session?.kernel;
  }, `${notebook}.ipynb`);
  return page;
}

/** Puts a file beside the notebooks, as JupyterLab does with one that is uploaded; without content: takes it away. */
export function upload(
  page: Page,
  path: string,
  content: string | undefined,
  format: 'text' | 'base64' = 'text',
): Promise<unknown> {
  return page.evaluate(
    ([to, file]) => {
      const { contents } = (globalThis as unknown as App).jupyterapp.serviceManager;
      return file.content === undefined ? contents.delete(to) : contents.save(to, file);
    },
    [path, { type: 'file', format, content }] as const,
  );
}

/** Runs code in the kernel of the open notebook. */
export function executeCode(page: Page, code: string, interruptAfter?: number): Promise<Ran> {
  return page.evaluate(
    async ([text, delay]) => {
      const { currentWidget } = (globalThis as unknown as App).jupyterapp.shell;
      const kernel = currentWidget!.sessionContext.session!.kernel!;
      const start = performance.now();
      const outputs: { type: string; content: Record<string, unknown> }[] = [];
      const future = kernel.requestExecute({ code: text, stop_on_error: true });
      future.onIOPub = ({ header: { msg_type }, content }) => {
        if (!/^(?:status|execute_input)$/.test(msg_type)) outputs.push({ type: msg_type, content });
      };
      if (delay !== undefined) setTimeout(() => void kernel.interrupt(), delay);
      const { content } = await future.done;
      return { status: content.status, outputs, milliseconds: performance.now() - start };
    },
    [code, interruptAfter] as const,
  );
}

/**
 * Runs all cells of the open notebook, whose outputs are cleared first.
 * @param parameters the source of the cell tagged `parameters`, where it is to be another one
 */
export function runAll(
  page: Page,
  parameters?: string,
): Promise<{ count: number | null; outputs: LiteOutput[] }[]> {
  return page.evaluate(async (source) => {
    const { commands, shell } = (globalThis as unknown as App).jupyterapp;
    const { content } = shell.currentWidget!;
    await commands.execute('editmenu:clear-all');
    const cells = [...content.model.cells].filter(({ type }) => type === 'code');
    const isParameters = (cell: CellModel) =>
      (cell.getMetadata('tags') as string[] | undefined)?.includes('parameters');
    if (source !== undefined) cells.find(isParameters)!.sharedModel.setSource(source);
    await commands.execute('notebook:run-all-cells');
    return cells.map(({ executionCount, outputs }) => ({ count: executionCount, outputs: outputs.toJSON() }));
  }, parameters);
}
