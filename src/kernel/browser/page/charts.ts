// Charts in JupyterLab, drawn by Plotly, which is loaded at the first one. A chart that was saved with its picture is drawn when
// it is seen; one whose output is updated is redrawn in place.
import { type OutputModel, page } from './jupyter';
import { baseAddress, Widget } from './shared';

export const chartType = 'application/vnd.plotly.v1+json';

interface Figure {
  readonly data: readonly object[];
  readonly layout?: { readonly width?: number };
  readonly config?: object;
  readonly frames?: readonly object[];
}

interface Plotly {
  react(element: object, figure: object): Promise<unknown>;
  addFrames(element: object, frames: readonly object[]): Promise<unknown>;
  relayout(element: object, layout: object): Promise<unknown>;
  purge(element: object): void;
}

let loading: Promise<Plotly> | undefined;

function loadPlotly(): Promise<Plotly> {
  loading ??= new Promise((resolve, reject) => {
    const script = page.document.createElement('script');
    script.src = `${baseAddress}kernel/plotly.js`;
    script.onload = () => resolve((globalThis as unknown as { Plotly: Plotly }).Plotly);
    script.onerror = () => {
      loading = undefined;
      reject(new Error('Plotly could not be loaded'));
    };
    page.document.head.append(script);
  });
  return loading;
}

/** Resolves when some of an element is on the screen. */
function seen(element: ChartOutput['node']): Promise<void> {
  return new Promise((resolve) => {
    const observer = new page.IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(element);
  });
}

export class ChartOutput extends Widget {
  #width: number | undefined;
  #shown: { plotly: Plotly; width: number | undefined } | undefined;
  #isDisposed: boolean = false;
  /** Drawing is done in the order in which the output was updated. */
  #drawing: Promise<void> = Promise.resolve();
  readonly #observer = new page.ResizeObserver(() => this.#fit());

  constructor() {
    super();
    this.addClass('jp-RenderedPlotly');
    this.addClass('fracmoment-chart');
    this.node.style.maxWidth = '100%';
    this.#observer.observe(this.node);
  }

  /** Called by JupyterLab with the output, and again whenever it is updated. */
  renderModel(model: OutputModel): Promise<void> {
    const isPictured = !this.#shown && this.#putPicture(model.data);
    this.#drawing = this.#drawing.then(async () => {
      if (isPictured) await seen(this.node);
      await this.#draw(model);
    });
    return isPictured ? Promise.resolve() : this.#drawing;
  }

  async #draw({ data }: OutputModel): Promise<void> {
    const { data: traces, layout = {}, config, frames } = data[chartType] as Figure;
    try {
      const plotly = await loadPlotly();
      if (this.#isDisposed) return;
      this.#width = layout.width;
      const width = this.#widthThatFits();
      // Plotly writes into what it is given
      const figure = structuredClone({
        data: traces,
        layout: { ...layout, ...(width && { width }) },
        config,
      });
      if (!this.#shown) this.node.replaceChildren(); // a picture
      await plotly.react(this.node, figure);
      if (frames) await plotly.addFrames(this.node, structuredClone(frames));
      this.#shown = { plotly, width };
    } catch (error) {
      if (!this.#putPicture(data)) this.node.replaceChildren(`${error}. ${String(data['text/plain'] ?? '')}`);
    }
  }

  /** A figure's own width, unless the cell is narrower. */
  #widthThatFits(): number | undefined {
    const available = this.node.clientWidth;
    if (available === 0) return this.#width;
    return this.#width === undefined ? available : Math.min(this.#width, available);
  }

  #fit(): void {
    const shown = this.#shown;
    const width = this.#widthThatFits();
    if (!shown || this.#isDisposed || width === shown.width) return;
    shown.width = width;
    void shown.plotly.relayout(this.node, { width });
  }

  /** Puts the picture in the figure's place; false if the output has none. */
  #putPicture(data: OutputModel['data']): boolean {
    const png = data['image/png'];
    if (typeof png !== 'string') return false;
    const picture = page.document.createElement('img');
    picture.src = `data:image/png;base64,${png}`;
    picture.style.maxWidth = '100%';
    this.node.replaceChildren(picture);
    return true;
  }

  override dispose(): void {
    this.#isDisposed = true;
    this.#observer.disconnect();
    this.#shown?.plotly.purge(this.node);
    super.dispose();
  }
}
