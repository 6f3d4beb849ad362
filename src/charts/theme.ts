import type { JsonObject } from './figure';
import { legendHeight } from './legend';
import { seriesColors } from './palette';
import { characterWidth, fontSize, textLines, wrapWithin } from './text';

/**
 * The width in px for which figures are laid out and their pictures are drawn: no more than a cell of JupyterLab has in a
 * window of 1150 px. On a page a figure is as wide as its place.
 */
export const figureWidth = 680;

/** At the top right, where Plotly shows its buttons. */
const buttonsWidth = 130;

/** The longest line of a title, in characters. */
const titleLength = Math.floor((figureWidth - 16 - buttonsWidth) / (characterWidth.bold * fontSize.title));

const family = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif";

// readable on white (4.6:1) and on the dark page of JupyterLab (4.1:1)
const ink = '#6f7680';
export const edge = '#8b929b';
const transparent = 'rgba(0, 0, 0, 0)';

/** The height of a legend in px for which a figure has room without being enlarged. */
const legendRoom = 60;

/**
 * A title as the heading of a figure, in lines that fit.
 * @throws RangeError if it needs more than 6
 */
export function headingOf(title: string): string {
  return wrapWithin('title', title, titleLength, 6);
}

/**
 * The layout shared by all charts, for a figure with a heading of lines that fit, of the given height in px and with all
 * entries of its legend.
 */
export function theme(heading: string, plainHeight: number, data: readonly JsonObject[]): JsonObject {
  const forLegend = legendHeight(data, figureWidth);
  const height = plainHeight + Math.max(0, forLegend - legendRoom);
  return {
    autosize: true,
    height,
    font: { family, size: fontSize.text, color: ink },
    paper_bgcolor: transparent,
    plot_bgcolor: transparent,
    title: titleLayout(heading, height),
    margin: {
      l: 16,
      r: 20,
      t: heading === '' ? 32 : 28 + 1.3 * fontSize.title * textLines(heading).length,
      b: 16,
    },
    modebar: { bgcolor: transparent, color: edge, activecolor: ink },
    legend: {
      orientation: 'h',
      x: 0,
      xanchor: 'left',
      yref: 'container',
      y: 0.01,
      yanchor: 'bottom',
      itemwidth: 36,
      tracegroupgap: 0,
      maxheight: Math.ceil(Math.max(forLegend, legendRoom) + 20),
    },
    colorway: [...seriesColors],
    hovermode: 'closest',
    hoverlabel: { namelength: -1, font: { family } },
    barmode: 'overlay',
    bargap: 0,
  };
}

/** At the top left, anchored at its first baseline, whose position does not depend on the number of lines. */
function titleLayout(text: string, height: number): JsonObject {
  return {
    text,
    font: { size: fontSize.title, weight: 700 },
    x: 0,
    xref: 'container',
    xanchor: 'left',
    y: 1 - (14 + 0.75 * fontSize.title) / height,
    yref: 'container',
    yanchor: 'bottom',
    pad: { l: 16 },
  };
}
