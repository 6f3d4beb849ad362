import { allowance, type JudgedRow } from './judge';

/** The place value of a number's leading digit: 0.01 for 0.0333. */
function magnitude(value: number): number {
  return 10 ** Math.floor(Math.log10(Math.abs(value)));
}

/** The place value of a number's last digit: 0.0001 for 0.0333. */
function lastPlace(value: number): number {
  const [mantissa, exponent] = value.toExponential().split('e');
  return 10 ** (Number(exponent) - (mantissa!.split('.')[1]?.length ?? 0));
}

/**
 * The place to round a row's numbers to: two digits of the standard error, or of the relevant difference, and
 * at most six of numbers that agree.
 */
function place(row: JudgedRow): number {
  const { ours, standardError, expected } = row;
  if (standardError !== undefined && standardError > 0 && Number.isFinite(standardError))
    return magnitude(standardError) / 10;
  const scale = magnitude(ours === 0 ? 1 : ours);
  if (typeof expected !== 'number') return scale / 1000;
  const difference = Math.abs(ours - expected);
  const allowed = allowance({ ...row, standardError: 0 }, expected);
  const relevant = Math.max(difference, allowed / 10);
  const wanted = relevant > 0 ? magnitude(relevant) / 10 : 0;
  // more than six digits only to show a difference
  const finest = difference <= allowed ? scale / 1e5 : scale / 1e14;
  return Math.min(Math.max(wanted, finest), scale / 100);
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** A rounded value, with its standard error if given: `0.0332`, `(3.318 ± 0.021) × 10⁻⁷`. */
function write(value: number, step: number, error?: number): string {
  const fixed = (x: number, unit: number) => {
    const decimals = Math.max(0, Math.round(-Math.log10(step / unit)));
    return (Math.round(x / step) * (step / unit)).toFixed(Math.min(decimals, 20)).replace('-', '−');
  };
  const size = Math.max(Math.abs(value), error ?? 0);
  if (size === 0 && error === undefined) return '0';
  const whole = size === 0 || (size >= 1e-3 && size < 1e6);
  const unit = whole ? 1 : magnitude(size);
  const number = fixed(value, unit);
  const withError = error === undefined ? number : `${number} ± ${fixed(error, unit)}`;
  if (whole) return withError;
  const power = powerOfTen(Math.round(Math.log10(unit)));
  if (error !== undefined) return `(${withError}) × ${power}`;
  return number === '1' ? power : `${number} × ${power}`;
}

/** `ours` with its standard error. */
export function writeOurs(row: JudgedRow): string {
  const { ours, standardError } = row;
  if (!Number.isFinite(ours)) return String(ours);
  if (standardError === undefined) return write(ours, place(row));
  return Number.isFinite(standardError)
    ? write(ours, place(row), standardError)
    : `${write(ours, place(row))} ± ${standardError}`;
}

/**
 * `expected`, rounded as `ours` is but to at least four digits, so that it looks alike next to coarser
 * results.
 */
export function writeExpected(row: JudgedRow): string {
  const { expected } = row;
  const finest = Number.isFinite(row.ours) ? place(row) : 0;
  const short = (value: number) =>
    write(value, Math.max(lastPlace(value), Math.min(finest, magnitude(value) / 1000)));
  if (typeof expected === 'number') return short(expected);
  if ('atLeast' in expected) return `≥ ${short(expected.atLeast)}`;
  if ('above' in expected) return `> ${short(expected.above)}`;
  if ('below' in expected) return `< ${short(expected.below)}`;
  if ('atMost' in expected) return `≤ ${short(expected.atMost)}`;
  return `${short(expected.between[0])} to ${short(expected.between[1])}`;
}

/** The tolerance as the sum of its parts. */
export function writeTolerance({ tolerance = {} }: JudgedRow): string {
  const parts: string[] = [];
  const brief = (x: number) => write(x, lastPlace(x));
  if (tolerance.absolute !== undefined) parts.push(brief(tolerance.absolute));
  if (tolerance.relative !== undefined)
    parts.push(
      tolerance.relative < 1e-5
        ? `${brief(tolerance.relative)} of it`
        : `${Number((100 * tolerance.relative).toPrecision(12))} %`,
    );
  if (tolerance.standardErrors !== undefined) parts.push(`${tolerance.standardErrors} SE`);
  return parts.length === 0 ? '' : `± ${parts.join(' + ')}`;
}
