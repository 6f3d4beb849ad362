/** A number with three significant digits, such as 0.0312, 1,230 or 4.5 · 10⁻⁷. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value).replace('Infinity', '∞');
  const sign = value < 0 ? '−' : '';
  const [mantissa, exponent] = Math.abs(value).toExponential(2).split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -3 && power < 6) {
    const digits = Number(`${mantissa}e${exponent}`);
    return sign + digits.toLocaleString('en-US', { maximumFractionDigits: Math.max(0, 2 - power) });
  }
  return `${sign}${mantissa} · 10${superscript(power)}`;
}

function superscript(power: number): string {
  return [...String(power)].map((sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)])).join('');
}

/** A share as a percentage, such as 23.6 %. */
export function percent(share: number): string {
  if (share > 0 && share < 5e-5) return 'fewer than 0.01 %';
  return `${significant(100 * share)} %`;
}
