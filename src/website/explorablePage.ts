import { type Figure, titleOf } from '../charts/figure';
import { renderPng } from '../notebook/picture';
import { escapeHtml } from '../notebook/table';
import type { Controls } from './explorables/controls';
import { sliderSteps, startValues, toSlider } from './explorables/controls';
import type { Explorable } from './explorables/explorable';
import { pageHtml } from './shell';
import type { Card } from './startPage';

/** The page of an explorable on the site. */
export const explorableFile = (name: string) => `explore/${name}.html`;

const pictureFile = (name: string, figure: number) => `explore/${name}-${figure + 1}.png`;

/** The picture of each figure at the start. */
export async function picturesOf({ name, controls, answer }: Explorable): Promise<Map<string, Buffer>> {
  const { figures } = answer(startValues(controls));
  const pictures = await Promise.all(figures.map((figure) => renderPng(figure, { scale: 1 })));
  return new Map(pictures.map(({ png }, i) => [pictureFile(name, i), Buffer.from(png)]));
}

/** The entry of an explorable on the start page. */
export function explorableCard({ name, title, about }: Explorable, pictures: Map<string, Buffer>): Card {
  const file = pictureFile(name, 0);
  return { file: explorableFile(name), title, about, picture: { file, png: pictures.get(file)! } };
}

/** A native control with its label; a number has a field and a slider. */
function controlHtml([name, control]: [string, Controls[string]]): string {
  const { label, start } = control;
  const text = escapeHtml(label);
  if (control.kind === 'choice') {
    const options = Object.entries(control.options).map(
      ([value, shown]) =>
        `<option value="${value}"${value === start ? ' selected' : ''}>${escapeHtml(shown)}</option>`,
    );
    return `<div class="control"><label for="${name}">${text}</label><select id="${name}" name="${name}">${options.join('')}</select></div>`;
  }
  const { min, max, step, log } = control;
  const range = log ? `min="0" max="${sliderSteps}" step="1"` : `min="${min}" max="${max}" step="${step}"`;
  return `<div class="control"><label for="${name}">${text}</label><input type="number" id="${name}" name="${name}" min="${min}" max="${max}" step="${step}" value="${start}" inputmode="decimal" required>
<input type="range" ${range} value="${toSlider(control, control.start)}" data-slider="${name}" aria-label="${text}" aria-valuetext="${start}"></div>`;
}

const figureHtml = (figure: Figure, picture: string) => {
  const title = titleOf(figure);
  return `<figure><figcaption>${title}</figcaption><div class="plot" role="img" aria-label="${escapeHtml(title)}"><img src="${picture}" alt="${escapeHtml(title)}" width="680" height="430"></div><ul class="legend"></ul></figure>`;
};

/**
 * The page of an explorable, with what it shows at the start.
 * @param data what it is computed from, if that is not the library alone
 */
export function explorablePage(
  { name, title, about, lookFor, controls, answer }: Explorable,
  data?: unknown,
): string {
  const { sentence, figures } = answer(startValues(controls));
  const json = data === undefined ? '' : JSON.stringify(data).replaceAll('<', '\\u003c');
  return pageHtml({
    file: explorableFile(name),
    title: `${title} – fracmoment`,
    description: about,
    main: `<div class="explorable" data-explorable="${name}">
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(about)}</p>
<p><strong>What to look for:</strong> ${escapeHtml(lookFor)}</p>
<noscript><p class="note">Without JavaScript the page shows the start only; moving the controls needs it.</p></noscript>
<p class="note" role="alert" hidden></p>
<div class="bench">
<form aria-label="Controls">
${Object.entries(controls).map(controlHtml).join('\n')}
<p><button type="reset">Back to the start</button></p>
<p class="quiet">The address of this page holds the values: copy it to share what you see.</p>
</form>
<div class="result">
<output aria-live="polite" form="">${escapeHtml(sentence)}</output>
${figures.map((figure, i) => figureHtml(figure, pictureFile(name, i).replace('explore/', ''))).join('\n')}
</div>
</div>
<script type="application/json">${json}</script>
</div>`,
    programs: ['explore.js'],
  });
}
