import { randomUUID } from 'node:crypto';
import { requireNumber, requireText } from '../core/validation';
import { display, inNotebook } from './host';

/** A progress bar. */
export interface Progress {
  /** Sets how much is done; can be passed as `onProgress`. */
  readonly update: (done: number) => void;
  /** Removes the bar; only the final count remains. */
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
 * @param total value of `done` at the end, a number > 0
 * @param label name of the task; default 'progress'
 * @throws TypeError or RangeError if `total` is not a number > 0, or `done` not a number in [0, total].
 * @example
 * const bar = progress(3, 'networks');
 * for (let done = 1; done <= 3; done++) bar.update(done);
 * bar.finish();
 */
export function progress(total: number, label = 'progress'): Progress {
  requireNumber('total', total, { above: 0 });
  requireText('label', label);
  const start = performance.now();
  let drawnAt = start;
  let done = 0;
  const draw = drawer();
  const line = () => {
    const seconds = (performance.now() - start) / 1000;
    const times =
      done > 0 && seconds > 0
        ? `, ${rate(done / seconds)}, ${duration(((total - done) * seconds) / done)} left`
        : '';
    return `${label} ${bar(done / total)} ${Math.floor((100 * done) / total)} %, ${done} of ${total}${times}`;
  };
  draw(line(), false);
  return {
    update(now) {
      done = requireNumber('done', now, { atLeast: 0, atMost: total });
      if (performance.now() - drawnAt < interval) return;
      drawnAt = performance.now();
      draw(line(), false);
    },
    finish() {
      draw(`${label}: ${done === total ? total : `${done} of ${total}`} done`, true);
    },
  };
}

/** Draws a line of progress over the previous one. */
function drawer(): (line: string, last: boolean) => void {
  if (inNotebook()) {
    const displayId = randomUUID();
    let update = false;
    return (line) => {
      display({ data: { 'text/plain': line } }, { displayId, update });
      update = true;
    };
  }
  if (!process.stderr.isTTY)
    return (line, last) => {
      if (last) process.stderr.write(`${line}\n`);
    };
  return (line, last) => {
    const fitting = line.slice(0, (process.stderr.columns || 80) - 1);
    process.stderr.write(`\r${fitting}\x1b[K${last ? '\n' : ''}`);
  };
}
