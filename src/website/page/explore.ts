// Runs the explorable of a page: its controls, its address and its answers.
import { titleOf } from '../../charts/figure';
import {
  type Controls,
  fromSlider,
  type NumberControl,
  readValues,
  startValues,
  toSlider,
  type Values,
  writeValues,
} from '../explorables/controls';
import type { Explorable } from '../explorables/explorable';
import { law } from '../explorables/law';
import { map } from '../explorables/map';
import { sampleMean } from '../explorables/sampleMean';
import { type Sweeps, training } from '../explorables/training';
import { light } from '../fitted';
import { legendOf } from '../legendOf';
import { loadPlotly, type Plotly } from './plotly';

const page = document.querySelector<HTMLElement>('.explorable')!;
const find = <E extends Element>(selector: string) => page.querySelector<E>(selector)!;
const form = find<HTMLFormElement>('form');
const output = find<HTMLOutputElement>('output');
const note = find<HTMLElement>('.note[role=alert]');
const data = find('script[type="application/json"]').textContent;

const explorables: Explorable[] = [law, map, sampleMean, training(JSON.parse(data || '{}') as Sweeps)];
const explorable = explorables.find(({ name }) => name === page.dataset.explorable)!;
const { controls } = explorable;

const numbers = Object.entries(controls).filter(
  (entry): entry is [string, NumberControl] => entry[1].kind === 'number',
);
const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
const slider = (name: string) => find<HTMLInputElement>(`[data-slider="${name}"]`);

let values: Values<Controls>;

/** Shows the values in the controls. */
function show(next: Values<Controls>): void {
  values = next;
  for (const [name, value] of Object.entries(next)) field(name).value = String(value);
  for (const [name, control] of numbers) {
    slider(name).value = String(toSlider(control, next[name] as number));
    slider(name).ariaValueText = String(next[name]);
  }
}

const plots = [...page.querySelectorAll<HTMLElement>('.plot')];
const legends = [...page.querySelectorAll<HTMLElement>('.legend')];
const captions = [...page.querySelectorAll<HTMLElement>('figcaption')];
const config = { displayModeBar: false };
let plotly: Plotly | undefined;

/** Milliseconds that each answer took, with its drawing: read by whoever measures. */
const times: number[] = [];
Object.assign(globalThis, { answerTimes: times });

/** Answers, and draws the answer. */
function answer(): void {
  const started = performance.now();
  const { sentence, figures } = explorable.answer(values);
  output.textContent = sentence;
  for (const [i, figure] of figures.entries()) {
    const plot = plots[i]!;
    captions[i]!.textContent = titleOf(figure);
    plot.ariaLabel = `${titleOf(figure)}. ${sentence}`;
    if (!plotly) continue;
    plot.querySelector('img')?.remove();
    legends[i]!.innerHTML = legendOf(figure);
    void plotly.react(plot, { ...light(figure, plot.clientWidth), config });
  }
  times.push(performance.now() - started);
}

let going: ReturnType<typeof setTimeout> | undefined;

/** Answers at once, and goes on with what is left to do. */
function update(): void {
  clearTimeout(going);
  answer();
  going = setTimeout(goOn, 0, 1);
}

/** Does another part, and answers again after every eighth and the last. */
function goOn(part: number): void {
  const more = explorable.goOn?.(values) ?? false;
  if (more) going = setTimeout(goOn, 0, part + 1);
  if (more ? part % 8 === 0 : part > 1) answer();
}

let pushed = -Infinity;

/** Puts the values into the address; moves within a second of each other are one entry of the history. */
function remember(): void {
  const address = writeValues(values);
  if (address === location.search) return;
  const now = performance.now();
  if (now - pushed > 1000) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  pushed = now;
}

/** Shows what the address says. */
function restore(): void {
  const { values: read, problems } = readValues(controls, location.search);
  note.textContent = problems.join(' ');
  note.hidden = problems.length === 0;
  show(read);
  update();
}

form.addEventListener('input', ({ target }) => {
  const moved = target as HTMLInputElement;
  const of = moved.dataset.slider;
  const name = of ?? moved.name;
  const control = controls[name]!;
  const text = of ? String(fromSlider(control as NumberControl, moved.valueAsNumber)) : moved.value;
  const { values: read, problems } = readValues({ [name]: control }, writeValues({ [name]: text }));
  if (problems.length > 0) return; // the field is being typed in, and says what it accepts
  note.hidden = true;
  values = { ...values, ...read };
  if (of) field(name).value = text;
  else if (control.kind === 'number') slider(name).value = String(toSlider(control, Number(text)));
  if (control.kind === 'number') slider(name).ariaValueText = text;
  update();
});
form.addEventListener('change', () => {
  form.reportValidity();
  remember();
});
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', (event) => {
  event.preventDefault();
  show(startValues(controls));
  update();
  remember();
});
addEventListener('popstate', restore);

restore();
loadPlotly().then((loaded) => {
  plotly = loaded;
  answer();
  let width = plots[0]!.clientWidth;
  new ResizeObserver(() => {
    if (plots[0]!.clientWidth === width) return;
    width = plots[0]!.clientWidth;
    answer();
  }).observe(plots[0]!);
}, reportError);
