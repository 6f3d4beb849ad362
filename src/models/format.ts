import type { LayerReport } from './report';

/** Two decimals, with a typographic minus. */
export function fixed(x: number): string {
  return Math.abs(x) < 0.005 ? '0.00' : x.toFixed(2).replace('-', '−').replace('Infinity', '∞');
}

/** The measured value, and the prediction with its standard deviation. */
export function comparison({ measured, predicted, spread }: LayerReport['logNorm']): string {
  if (measured === undefined) return '–';
  const theory = predicted === undefined ? '' : ` (theory ${fixed(predicted)} ± ${fixed(spread!)})`;
  return `${fixed(measured)}${theory}`;
}

/** The layers' names in quotes, shortened if there are more than six. */
export function quotedNames(layers: readonly { readonly name: string }[]): string {
  const names = layers.map(({ name }) => `'${name}'`);
  return names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
