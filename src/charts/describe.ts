import type { Figure, JsonObject } from './figure';
import { escapeText, textLines } from './text';

/** The entities that Plotly draws, besides those of a number. */
const entities = new Map(
  Object.entries({ mu: 'μ', amp: '&', lt: '<', gt: '>', nbsp: '\u00a0', times: '×', plusmn: '±', deg: '°' }),
);

/** A Plotly text as it reads, on one line. */
function plain(text: unknown): string {
  return textLines(escapeText(String(text ?? '')))
    .join(' ')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(\w+);/g, (entity, name: string) => entities.get(name) ?? entity);
}

function axisTitle(axis: JsonObject): string {
  return plain((axis.title as JsonObject | undefined)?.text) + (axis.type === 'log' ? ' (log scale)' : '');
}

interface Parts {
  titles: string[];
  /** What each plot shows, such as `loss against epoch`. */
  plots: string[];
  series: string[];
}

function partsOf({ data, layout }: Figure): Parts {
  const title = (layout.title as JsonObject | undefined)?.text;
  const subtitles = ((layout.annotations ?? []) as JsonObject[]).map(({ text }) => plain(text));
  const axes = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key));
  return {
    titles: [plain(title), ...subtitles].filter((text) => text !== ''),
    plots: axes.map((key) => {
      const [x, y] = [key, key.replace('x', 'y')].map((name) => axisTitle(layout[name] as JsonObject));
      return `${y} against ${x}`;
    }),
    series: [...new Set(data.flatMap(({ name }) => (name === undefined ? [] : [plain(name)])))],
  };
}

/** A text description of a figure for readers without images: its titles, axes and series. */
export function describe(figure: Figure): string {
  const { titles, plots, series } = partsOf(figure);
  return [
    `[chart] ${titles.join(' | ')}`,
    ...plots.map((plot) => `  ${plot}`),
    ...(series.length > 0 ? [`  series: ${series.join(', ')}`] : []),
  ].join('\n');
}

/** The description in a sentence, as the alternative text of a picture. */
export function alternativeText(figure: Figure): string {
  const { titles, plots, series } = partsOf(figure);
  const shown = [plots.join('; '), series.length > 0 ? `series ${series.join(', ')}` : ''];
  return `Chart: ${titles.join(' | ')} (${shown.filter((text) => text !== '').join('; ')}).`;
}
