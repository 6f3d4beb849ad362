import type { Figure, JsonObject } from './figure';

function plain(text: unknown): string {
  return String(text ?? '')
    .replace(/<br>/gi, ' ')
    .replace(/<[^>]*>/g, '');
}

function axisTitle(axis: JsonObject): string {
  return plain((axis.title as JsonObject | undefined)?.text) + (axis.type === 'log' ? ' (log scale)' : '');
}

/** A text description of a figure for readers without images: its titles, axes and series. */
export function describe({ data, layout }: Figure): string {
  const title = (layout.title as JsonObject | undefined)?.text;
  const subtitles = ((layout.annotations ?? []) as JsonObject[]).map(({ text }) => plain(text));
  const axes = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key));
  const series = [...new Set(data.flatMap(({ name }) => (name === undefined ? [] : [plain(name)])))];
  return [
    `[chart] ${[plain(title), ...subtitles].filter((text) => text !== '').join(' | ')}`,
    ...axes.map((key) => {
      const [x, y] = [key, key.replace('x', 'y')].map((name) => axisTitle(layout[name] as JsonObject));
      return `  ${y} against ${x}`;
    }),
    ...(series.length > 0 ? [`  series: ${series.join(', ')}`] : []),
  ].join('\n');
}
