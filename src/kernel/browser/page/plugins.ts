// The plugins by which JupyterLite knows the kernel, draws charts and offers the published notebooks.
import { DISPLAY_NAME, KERNEL_NAME } from '../../language';
import { ChartOutput, chartType } from './charts';
import {
  type Application,
  type CellToRun,
  type KernelClient,
  type KernelSpecs,
  type NotebookTracker,
  page,
  type RenderMime,
} from './jupyter';
import { BrowserKernel } from './kernel';
import { offerPublished } from './published';
import {
  IKernelClient,
  IKernelSpecs,
  INotebookCellExecutor,
  INotebookTracker,
  IRenderMimeRegistry,
  runCell,
} from './shared';

const kernel = {
  id: 'fracmoment:kernel',
  autoStart: true,
  requires: [IKernelSpecs, IKernelClient],
  activate(_: Application, specs: KernelSpecs, client: KernelClient) {
    const kernels = new Map<string, BrowserKernel>();
    specs.register({
      spec: {
        name: KERNEL_NAME,
        display_name: DISPLAY_NAME,
        language: 'typescript',
        argv: [],
        resources: {},
      },
      async create(options) {
        const created = new BrowserKernel(options);
        kernels.set(options.id, created);
        return created;
      },
    });
    // JupyterLite cancels the requests that wait with itself, and tells the kernel nothing
    const cancel = client.interrupt.bind(client);
    client.interrupt = async (id) => {
      await cancel(id);
      kernels.get(id)?.interrupt();
    };
  },
};

/** In place of JupyterLab's own, which does nothing about a cell that is run before the notebook has its kernel. */
const executor = {
  id: 'fracmoment:cell-executor',
  autoStart: true,
  provides: INotebookCellExecutor,
  activate: () => ({
    async runCell(run: CellToRun): Promise<boolean> {
      const { cell, sessionContext } = run;
      if (cell.model.type === 'code') cell.setPrompt('*');
      if (sessionContext && !sessionContext.isReady) {
        // closed before it has a kernel, a notebook never gets one
        const gone = new Promise<void>((resolve) => cell.disposed.connect(() => resolve()));
        await Promise.race([sessionContext.ready, gone]);
      }
      return cell.isDisposed || runCell(run);
    },
  }),
};

const charts = {
  id: 'fracmoment:charts',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate(_: Application, registry: RenderMime) {
    const factory = { safe: true, mimeTypes: [chartType], createRenderer: () => new ChartOutput() };
    registry.addFactory(factory, 0);
  },
};

const published = {
  id: 'fracmoment:published',
  autoStart: true,
  requires: [INotebookTracker],
  activate({ serviceManager }: Application, tracker: NotebookTracker) {
    tracker.widgetAdded.connect((_, panel) => void offerPublished(panel, serviceManager.contents));
  },
};

const opened = {
  id: 'fracmoment:opened',
  autoStart: true,
  activate({ commands, restored }: Application) {
    // JupyterLab itself opens what the address names, too, but only after it has saved its layout, a second later
    void restored.then(() => {
      for (const path of new URLSearchParams(page.location.search).getAll('path'))
        void commands.execute('docmanager:open', { path }).catch(() => {}); // JupyterLab tells what is wrong
    });
  },
};

/** As wide a page has room for the list of files beside a notebook, in px. */
const WIDE = 760;

const narrow = {
  id: 'fracmoment:narrow',
  autoStart: true,
  activate({ restored, shell }: Application) {
    void restored.then(() => {
      if (page.innerWidth < WIDE) shell.collapseLeft();
    });
  },
};

export default [kernel, executor, charts, published, opened, narrow];
