import { chart } from '../charts/chart';
import type { Figure } from '../charts/figure';
import { band, line, points, rule } from '../charts/marks';
import { panels } from '../charts/panels';
import { activationName } from '../core/activations';
import { comparison } from './format';
import type { Compared, InitializationReport, LayerReport } from './report';

/** The table of a report, one row per layer. */
export function reportTable({ layers, s }: Pick<InitializationReport, 'layers' | 's'>): string {
  const short = (x: number | undefined) => (x === undefined ? '–' : String(Number(x.toPrecision(3))));
  const pair = ({ measured, predicted }: Compared) =>
    predicted === undefined ? short(measured) : `${short(measured)} | ${short(predicted)}`;
  const header = [
    'layer',
    'type',
    'width',
    'activation',
    'weight SD',
    'log-norm (theory ± SD)',
    `moment s = ${s}`,
    'small',
    'dead',
    'log-grad (theory ± SD)',
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
    'Cells: measured (theory ± SD over redraws of the weights) or measured | theory. !: not as predicted.',
    'log-norm: mean of log(‖x‖/√width) over the inputs. log-grad: mean of log‖∂L/∂x‖.',
    'moment: mean of (‖x‖/√width)ˢ relative to the input. small: share of inputs whose norm per unit falls below',
    'a tenth of its value at the input. dead: share of units that are zero for every input.',
  ].join('\n');
}

/** Log-norms of signal and gradient by layer, measured and predicted. */
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
          { name: 'theory ± 2 SD' },
        ),
        line(numbers, predicted, { name: 'theory ± 2 SD' }),
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
    [
      panel('Norm of the signal', 'log-norm log(‖x‖/√width)', 'logNorm'),
      panel('Norm of the gradient', 'log-norm log‖∂L/∂x‖', 'gradient'),
    ],
    { title: `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)} at initialization` },
  );
}
