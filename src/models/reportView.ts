import { arrange } from '../charts/arrange';
import { plainAxis } from '../charts/axes';
import { assemble, drawMarks } from '../charts/drawing';
import type { Figure } from '../charts/figure';
import { band, line, points, rule } from '../charts/marks';
import { activationName } from '../core/activations';
import { escapeHtml, escapeMarkdown, htmlOf, linesOf, markdownOf, textOf } from '../notebook/table';
import { fixed } from './format';
import type { InitializationReport, LayerReport } from './report';

type Fields = Pick<InitializationReport, 'summary' | 'layers'>;

const header = [
  'layer',
  'type, width',
  'activation',
  'weight SD',
  'mean log-norm per unit',
  'in theory ±\u00a0SD',
  'dead units',
  'mean log-norm of gradient',
  'in theory ±\u00a0SD',
];

/** Width of the text in characters. */
const columns = 100;

/** The summary and the table as plain text. */
export function reportText({ summary, layers }: Fields): string {
  const sentences = summary.split('\n').flatMap((sentence) => linesOf(sentence, columns));
  return [...sentences, '', ...textOf(header, layers.map(cells), columns)].join('\n');
}

/** The summary and the table in the formats of a notebook output, by MIME type. */
export function reportBundle(fields: Fields): Record<string, string> {
  const { summary, layers } = fields;
  const sentences = summary.split('\n');
  const html = layers.map((layer) =>
    cells(layer).map((cell, i) => (isDifferent(layer, i) ? `<b>${escapeHtml(cell)}</b>` : escapeHtml(cell))),
  );
  const markdown = layers.map((layer) =>
    cells(layer).map((cell, i) =>
      isDifferent(layer, i) ? `**${escapeMarkdown(cell)}**` : escapeMarkdown(cell),
    ),
  );
  return {
    'text/html': `${sentences.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}\n${htmlOf(header, html)}`,
    'text/markdown': `${sentences.map(escapeMarkdown).join('\n\n')}\n\n${markdownOf(header, markdown)}`,
    'text/plain': reportText(fields),
  };
}

const theoryColumn = 5;

/** Whether a cell holds a prediction that was not met. */
function isDifferent(layer: LayerReport, column: number): boolean {
  return column === theoryColumn && layer.asPredicted === false;
}

/** The cells of a layer; words that a line must not end between are joined by no-break spaces. */
function cells(layer: LayerReport): string[] {
  const short = (x: number | undefined) => (x === undefined ? '–' : String(Number(x.toPrecision(3))));
  const measured = (x: number | undefined) => (x === undefined ? '–' : fixed(x));
  const theory = ({ predicted, spread }: LayerReport['logNorm']) =>
    predicted === undefined ? '–' : `${fixed(predicted)} ± ${fixed(spread!)}`.replaceAll(' ', '\u00a0');
  const dead = layer.deadShare.measured;
  return [
    layer.name,
    layer.width === undefined ? layer.kind : `${layer.kind},\u00a0${layer.width}`,
    layer.activation ? activationName(layer.activation).replace(/ (?=[\d(])/g, '\u00a0') : '?',
    short(layer.weightStd),
    measured(layer.logNorm.measured),
    theory(layer.logNorm) + (layer.asPredicted === false ? ', differs' : ''),
    dead === undefined ? '–' : `${(100 * dead).toFixed(0)}\u00a0%`,
    measured(layer.gradient.measured),
    theory(layer.gradient),
  ];
}

/** Log-norms of signal and gradient by layer, measured and predicted. */
export function reportChart({
  layers,
  inputLogNorm,
  verdict,
}: Pick<InitializationReport, 'layers' | 'inputLogNorm' | 'verdict'>): Figure {
  const numbers = layers.map((_, i) => i + 1);
  const panel = (y: string, of: 'logNorm' | 'gradient') => {
    const values = (f: (compared: LayerReport['logNorm']) => number | undefined) =>
      layers.map((layer) => f(layer[of]) ?? Number.NaN);
    const predicted = values((x) => x.predicted);
    const spread = values((x) => x.spread);
    const marks = [
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
    ];
    // smaller on a page than by chart: the axes are linear, and there is a point for each layer
    return assemble('', drawMarks(marks), {
      xaxis: plainAxis('layer with weights'),
      yaxis: plainAxis(y),
    });
  };
  const panels = [panel('log-norm log(‖x‖/√width)', 'logNorm'), panel('log-norm log‖∂L/∂x‖', 'gradient')];
  const title = `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)} at initialization`;
  return arrange(panels, ['Norm of the signal', 'Norm of the gradient'], title);
}
