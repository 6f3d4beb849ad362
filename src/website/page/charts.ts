// Draws the charts of a notebook's page when they are about to be seen, in place of their pictures.
import type { Figure, JsonObject } from '../../charts/figure';
import { fitted } from '../fitted';
import { loadPlotly } from './plotly';

async function draw(chart: HTMLElement): Promise<void> {
  const plot = chart.querySelector<HTMLElement>('.plot')!;
  const picture = plot.querySelector('img')!;
  const [plotly, response] = await Promise.all([loadPlotly(), fetch(chart.dataset.chart!)]);
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  const figure = (await response.json()) as Figure & { config: JsonObject };
  const drawAt = async (width: number) => {
    await plotly.react(plot, { ...fitted(figure, width), config: figure.config });
  };
  let width = plot.clientWidth;
  const drawing = document.createElement('div');
  plot.append(drawing);
  await drawAt(width);
  picture.remove();
  chart.classList.add('drawn');
  new ResizeObserver(() => {
    if (plot.clientWidth === width) return;
    width = plot.clientWidth;
    void drawAt(width);
  }).observe(plot);
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      // the picture stays where drawing fails
      draw(target as HTMLElement).catch((error: unknown) => reportError(error));
    }
  },
  { rootMargin: '300px' },
);
for (const chart of document.querySelectorAll('figure.chart')) near.observe(chart);
