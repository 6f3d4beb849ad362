import { alternativeText, describe } from '../charts/describe';
import { type Figure, requireFigure } from '../charts/figure';
import { withWaitingNote } from '../charts/waiting';
import { companionAdvice, warn } from '../platform/runtime';
import { display, inNotebook, type MimeBundle, redrawsCharts } from './host';
import { renderer } from './picture';
import { escapeHtml } from './table';

/** The MIME type of a Plotly figure. */
export const plotlyMimeType = 'application/vnd.plotly.v1+json';

/**
 * Without the buttons that upload the chart to Plotly's cloud or select points, or that zooming with the mouse
 * makes needless: titles leave room for four. Without tips, which cover the title.
 */
const config = {
  responsive: true,
  displaylogo: false,
  showTips: false,
  showSendToCloud: false,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'zoomIn2d', 'zoomOut2d'],
};

/** The figure for front-ends that support Plotly, and its text description. */
function drawing(figure: Figure): MimeBundle['data'] {
  const { data, layout, frames } = figure;
  return {
    [plotlyMimeType]: { data, layout, ...(frames && { frames }), config },
    'text/plain': describe(figure),
  };
}

/**
 * The figure as PNG at scale 1: JupyterLab's Plotly renderer shows it until the mouse is over it, and ignores
 * the size in the metadata, as others do. The HTML, which is preferred where there is no Plotly renderer, adds
 * the alternative text that no front-end can take from elsewhere, and is never wider than the page. Without the package that
 * draws pictures, the description alone.
 */
async function picture(figure: Figure): Promise<Required<MimeBundle>> {
  const drawer = renderer();
  if (drawer === undefined) {
    sayOnce();
    return { data: { 'text/plain': describe(figure) }, metadata: {} };
  }
  const { png, width, height } = await drawer.drawPng(figure, { scale: 1 });
  const base64 = btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(''));
  const alt = escapeHtml(alternativeText(figure));
  const size = `width="${width}" height="${height}" style="max-width: 100%; height: auto"`;
  return {
    data: {
      'text/plain': describe(figure),
      'text/html': `<img alt="${alt}" src="data:image/png;base64,${base64}" ${size}>`,
      'image/png': base64,
    },
    metadata: { 'image/png': { width, height } },
  };
}

/** A figure that another one will replace. */
async function momentary(figure: Figure): Promise<MimeBundle> {
  return redrawsCharts() ? { data: drawing(figure) } : picture(figure);
}

let said = false;

function sayOnce(): void {
  const advice = companionAdvice();
  if (said || advice === undefined) return;
  said = true;
  warn(
    `charts are shown without a picture, which saved notebooks need; the package fracmoment-notebook adds it: ${advice}`,
    'FRACMOMENT_NO_PICTURE',
  );
}

/** The figure with a PNG, for front-ends without Plotly and for saved notebooks. */
async function pictured(figure: Figure): Promise<MimeBundle> {
  const { data, metadata } = await picture(figure);
  return { data: { ...drawing(figure), ...data }, metadata };
}

/**
 * Shows a figure: in a notebook as an interactive Plotly chart with a static picture, in a terminal as a text
 * description with its title, axes and series.
 * @param figure from `chart`, `panels` or `explorable`, or any Plotly figure whose traces do not need WebGL
 * @throws (rejects) RangeError if the figure has WebGL or 3-D traces.
 * @example
 * await show(chart({ title: 'A parabola', x: 'x', y: 'y', marks: [line([0, 1, 2], [0, 1, 4])] }));
 */
export async function show(figure: Figure): Promise<void> {
  requireFigure('figure', figure);
  display(inNotebook() ? await pictured(figure) : { data: drawing(figure) });
}

/** A figure that is updated in place while something runs. */
export interface LiveFigure {
  /** Redraws the figure. While a redraw is in progress, only the latest figure is kept and drawn next. */
  update(figure: Figure): void;
  /** Redraws the figure for the last time, as `show` does. */
  finish(figure: Figure): Promise<void>;
}

/**
 * Shows a figure that is updated in place, such as a loss curve during training. Until `finish` it is a
 * static picture, because JupyterLab ignores updates of a Plotly chart; `finish` replaces it by an
 * interactive chart. On the project's site it is interactive from the first. In a terminal only the last figure is
 * written.
 * @param figure the first figure; a `chart` without marks or points says what it waits for
 * @throws (in `finish`) RangeError if a figure has WebGL or 3-D traces.
 * @example
 * const curve = (...loss) =>
 *   chart({ title: 'The loss falls', x: 'epoch', y: 'loss', marks: [line(loss.map((_, i) => i), loss)] });
 * const live = showLive(curve(2.3));
 * live.update(curve(2.3, 1.1));
 * await live.finish(curve(2.3, 1.1, 0.7));
 */
export function showLive(figure: Figure): LiveFigure {
  requireFigure('figure', figure);
  if (!inNotebook()) return { update: () => {}, finish: show };
  const displayId = crypto.randomUUID();
  // reserves its place before anything else is shown
  display({ data: { 'text/plain': describe(figure) } }, { displayId });
  let next: Figure | undefined;
  let redrawing: Promise<void> | undefined;
  const redraw = async () => {
    for (let now = next; now; now = next) {
      next = undefined;
      display(await momentary(withWaitingNote(now)), { displayId, update: true });
    }
    redrawing = undefined;
  };
  const update = (latest: Figure) => {
    next = latest;
    redrawing ??= redraw();
    redrawing.catch(() => {}); // a figure that cannot be drawn does not stop the work: finish tells
  };
  update(figure);
  return {
    update,
    async finish(last) {
      next = undefined;
      await redrawing;
      display(await pictured(last), { displayId, update: true });
    },
  };
}
