import { requireNumber, requireText } from '../core/validation';
import { messages } from '../platform/runtime';
import { display, inNotebook } from './host';

/** A progress bar. */
export interface Progress {
  /**
   * Sets how much is done, and the total if it is given; can be passed as `onProgress`. It never throws: what is
   * not a number ≥ 0 is not counted, and more than the total is shown as it is.
   */
  readonly update: (done: number, total?: number) => void;
  /** Removes the bar; only the final count remains. Later calls do nothing. */
  readonly finish: () => void;
}

const interval = 200; // minimum time between updates in ms

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** A rate to three significant digits, such as 1,230/s. */
function rate(perSecond: number): string {
  const rounded = Number(perSecond.toPrecision(3));
  return `${rounded.toLocaleString('en-US', { maximumSignificantDigits: 3 })}/s`;
}

function bar(fraction: number): string {
  const full = Math.round(24 * fraction);
  return '█'.repeat(full) + '░'.repeat(24 - full);
}

/**
 * Shows a progress bar for a long computation, with rate and remaining time. It is updated in place: in a
 * notebook as one output, in a terminal as one line on stderr. The text that remains after `finish` contains
 * no times, so rerunning a notebook does not change it.
 * @param total value of `done` at the end, a number ≥ 0. It can be left out where the computation tells it, as every
 *   `onProgress` of this package does.
 * @param label name of the task; default 'progress'
 * @throws TypeError or RangeError if `total` is not a number ≥ 0.
 * @example
 * const bar = progress(3, 'networks');
 * for (let done = 1; done <= 3; done++) bar.update(done);
 * bar.finish();
 */
export function progress(total: number, label?: string): Progress;
export function progress(label?: string): Progress;
export function progress(first: number | string = 'progress', label = 'progress'): Progress {
  const named = typeof first === 'string';
  const task = named ? first : label;
  let total = named ? undefined : requireNumber('total', first, { atLeast: 0 });
  requireText('label', task);
  const start = performance.now();
  let drawnAt = start;
  let done = 0;
  let finished = false;
  const draw = drawer();
  const line = () => {
    if (total === undefined) return done === 0 ? `${task} …` : `${task}: ${done}${times()}`;
    const share = total === 0 ? 1 : Math.min(1, done / total);
    return `${task} ${bar(share)} ${Math.floor(100 * share)} %, ${done} of ${total}${times()}`;
  };
  const times = () => {
    const seconds = (performance.now() - start) / 1000;
    if (done === 0 || seconds === 0) return '';
    const left = total === undefined || done > total ? Infinity : ((total - done) * seconds) / done;
    return `, ${rate(done / seconds)}${left === Infinity ? '' : `, ${duration(left)} left`}`;
  };
  draw(line(), false);
  return {
    update(now, end) {
      if (finished) return;
      if (isCount(end)) total = end;
      if (isCount(now)) done = now;
      if (performance.now() - drawnAt < interval) return;
      drawnAt = performance.now();
      draw(line(), false);
    },
    finish() {
      if (finished) return;
      finished = true;
      draw(`${task}: ${total === undefined || done === total ? done : `${done} of ${total}`} done`, true);
    },
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

/** Draws a line of progress over the previous one. */
function drawer(): (line: string, last: boolean) => void {
  if (inNotebook()) {
    const displayId = crypto.randomUUID();
    let update = false;
    return (line) => {
      display({ data: { 'text/plain': line } }, { displayId, update });
      update = true;
    };
  }
  const { write, columns } = messages();
  if (columns === undefined)
    return (line, last) => {
      if (last) write(`${line}\n`);
    };
  return (line, last) => write(`\r${line.slice(0, columns - 1)}\x1b[K${last ? '\n' : ''}`);
}
