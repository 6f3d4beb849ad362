import { randomUUID } from 'node:crypto';
import { display, inNotebook, type MimeBundle } from '../cell';
import { describe } from './describe';
import type { Figure } from './figure';
import { renderPng } from './render';

const plotlyMimeType = 'application/vnd.plotly.v1+json';

/** No button that uploads the chart to Plotly's cloud, and none that selects points. */
const config = {
  displaylogo: false,
  showSendToCloud: false,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'],
};

/** The figure for front-ends that draw it themselves, and its description. */
function drawing(figure: Figure): MimeBundle['data'] {
  const { data, layout, frames } = figure;
  return {
    [plotlyMimeType]: { data, layout, ...(frames && { frames }), config },
    'text/plain': describe(figure),
  };
}

/** The figure with its picture, for front-ends that do not draw and for saved notebooks. */
async function pictured(figure: Figure): Promise<MimeBundle> {
  const { png, width, height } = await renderPng(figure);
  return {
    data: { ...drawing(figure), 'image/png': Buffer.from(png).toString('base64') },
    metadata: { 'image/png': { width, height } },
  };
}

/**
 * Shows a figure: in a notebook as an interactive Plotly chart with its picture, in one output; in a terminal as the
 * names of its title, axes and series.
 * @throws RangeError if the figure has WebGL or 3-D traces.
 * @example
 * await show(chart({ title: 'A parabola', x: 'x', y: 'y', marks: [line([0, 1, 2], [0, 1, 4])] }));
 */
export async function show(figure: Figure): Promise<void> {
  display(inNotebook() ? await pictured(figure) : { data: drawing(figure) });
}

/** A figure that changes in place while something runs. */
export interface LiveFigure {
  /** Redraws it; at most five times a second, what comes between is left out. */
  update(figure: Figure): void;
  /** Redraws it for the last time, now with its picture. */
  finish(figure: Figure): Promise<void>;
}

/**
 * Shows a figure that is updated in place, such as a loss curve during training. It is drawn without a picture until
 * `finish`. In a terminal only the last figure is written.
 * @example
 * const curve = (...loss) =>
 *   chart({ title: 'The loss falls', x: 'epoch', y: 'loss', marks: [line(loss.map((_, i) => i), loss)] });
 * const live = showLive(curve(2.3));
 * live.update(curve(2.3, 1.1));
 * await live.finish(curve(2.3, 1.1, 0.7));
 */
export function showLive(figure: Figure): LiveFigure {
  if (!inNotebook()) return { update: () => {}, finish: show };
  const displayId = randomUUID();
  let shownAt = performance.now();
  display({ data: drawing(figure) }, { displayId });
  return {
    update(next) {
      if (performance.now() - shownAt < 200) return;
      shownAt = performance.now();
      display({ data: drawing(next) }, { displayId, update: true });
    },
    async finish(last) {
      display(await pictured(last), { displayId, update: true });
    },
  };
}
