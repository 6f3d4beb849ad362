/** A number in [min, max], on multiples of `step`. */
export interface NumberControl {
  kind: 'number';
  label: string;
  min: number;
  max: number;
  step: number;
  start: number;
  /** Whether the slider moves in equal factors rather than in equal steps. */
  log?: boolean;
}

/** One of several values, each with the label that is shown. */
export interface ChoiceControl {
  kind: 'choice';
  label: string;
  options: Readonly<Record<string, string>>;
  start: string;
}

/** The controls of an explorable by the names that they have in its address. */
export type Controls = Readonly<Record<string, NumberControl | ChoiceControl>>;

/** The values of controls. */
export type Values<C extends Controls> = {
  readonly [Name in keyof C]: C[Name] extends NumberControl
    ? number
    : C[Name] extends ChoiceControl
      ? string
      : number | string;
};

/** The values with which an explorable starts. */
export function startValues<C extends Controls>(controls: C): Values<C> {
  return Object.fromEntries(Object.entries(controls).map(([name, { start }]) => [name, start])) as Values<C>;
}

/** What is wrong with the text of a value; undefined if it is accepted. */
function problemOf(control: NumberControl | ChoiceControl, text: string): string | undefined {
  if (control.kind === 'choice')
    return Object.hasOwn(control.options, text)
      ? undefined
      : `must be one of ${Object.keys(control.options).join(', ')}`;
  const { min, max, step } = control;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max && isMultiple(value, step)) return undefined;
  return step === 1
    ? `must be a whole number in [${min}, ${max}]`
    : `must be a multiple of ${step} in [${min}, ${max}]`;
}

const isMultiple = (value: number, step: number) => Math.abs(value / step - Math.round(value / step)) < 1e-6;

/**
 * Reads the values in an address. One that is missing is that of the start, and so is one that is not accepted,
 * which `problems` tells.
 * @param query such as `?s=1&width=64`
 */
export function readValues<C extends Controls>(
  controls: C,
  query: string,
): { values: Values<C>; problems: string[] } {
  const given = new URLSearchParams(query);
  const problems: string[] = [];
  const read = Object.entries(controls).map(([name, control]) => {
    const text = given.get(name);
    if (text === null) return [name, control.start];
    const problem = problemOf(control, text);
    if (problem === undefined) return [name, control.kind === 'number' ? Number(text) : text];
    problems.push(`${name} ${problem}; the address has “${text}”, and ${control.start} is shown instead.`);
    return [name, control.start];
  });
  return { values: Object.fromEntries(read) as Values<C>, problems };
}

/** The query of an address with all the values. */
export function writeValues(values: Readonly<Record<string, number | string>>): string {
  const texts = Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]);
  return `?${new URLSearchParams(texts)}`;
}

/** The steps of a slider that moves in equal factors. */
export const sliderSteps = 200;

/** The place of a value on the slider: of a logarithmic one in [0, sliderSteps]. */
export function toSlider({ min, max, log }: NumberControl, value: number): number {
  return log ? (sliderSteps * Math.log(value / min)) / Math.log(max / min) : value;
}

/** The value at a place of the slider, on a multiple of the step. */
export function fromSlider({ min, max, step, log }: NumberControl, place: number): number {
  const value = log ? min * (max / min) ** (place / sliderSteps) : place;
  // the product of a decimal step has digits that nobody meant
  return Number((Math.round(value / step) * step).toPrecision(12));
}
