import { chart } from '../charts/chart';
import type { Figure } from '../charts/figure';
import { band, line, points, rule } from '../charts/marks';
import { panels } from '../charts/panels';
import { activationName } from '../core/activations';
import { comparison } from './format';
import type { Compared, InitializationReport, LayerReport } from './report';

/** A line for each layer. */
export function reportTable({ layers, s }: Pick<InitializationReport, 'layers' | 's'>): string {
  const short = (x: number | undefined) => (x === undefined ? '–' : String(Number(x.toPrecision(3))));
  const pair = ({ measured, predicted }: Compared) =>
    predicted === undefined ? short(measured) : `${short(measured)} | ${short(predicted)}`;
  const header = [
    'layer',
    'kind',
    'width',
    'activation',
    'weight std',
    'log-norm',
    `moment ${s}`,
    'small',
    'dead',
    'log gradient',
  ];
  const rows = layers.map((layer) => [
    layer.name,
    layer.kind,
    short(layer.width),
    layer.activation ? activationName(layer.activation) : '?',
    short(layer.weightStd),
    comparison(layer.logNorm).replace('theory ', '') + (layer.asPredicted === false ? ' !' : ''),
    pair(layer.moment),
    pair(layer.smallShare),
    pair(layer.deadShare),
    comparison(layer.gradient).replace('theory ', ''),
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const format = (cells: string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  return [
    format(header),
    ...rows.map(format),
    '',
    'measured (predicted ± spread over re-draws of the weights), measured | predicted; ! not as predicted',
  ].join('\n');
}

/** Log-norms and gradients over the layers, measured and predicted. */
export function reportChart({
  layers,
  inputLogNorm,
  verdict,
}: Pick<InitializationReport, 'layers' | 'inputLogNorm' | 'verdict'>): Figure {
  const numbers = layers.map((_, i) => i + 1);
  const panel = (title: string, y: string, of: 'logNorm' | 'gradient') => {
    const values = (f: (compared: LayerReport['logNorm']) => number | undefined) =>
      layers.map((layer) => f(layer[of]) ?? Number.NaN);
    const predicted = values((x) => x.predicted);
    const spread = values((x) => x.spread);
    return chart({
      title,
      x: 'layer with weights',
      y,
      marks: [
        band(
          numbers,
          predicted.map((x, i) => x - 2 * spread[i]!),
          predicted.map((x, i) => x + 2 * spread[i]!),
          { name: 'predicted, ± 2 spreads' },
        ),
        line(numbers, predicted, { name: 'predicted, ± 2 spreads' }),
        points(
          numbers,
          values((x) => x.measured),
          { name: 'measured' },
        ),
        ...(of === 'logNorm' ? [rule({ y: inputLogNorm, label: 'input' })] : []),
      ],
    });
  };
  return panels(
    [panel('Signal', 'log(‖x‖/√width)', 'logNorm'), panel('Gradient', 'log‖∂L/∂x‖', 'gradient')],
    {
      title: verdict === 'healthy' ? 'Healthy at initialization' : `At initialization: ${verdict}`,
    },
  );
}
