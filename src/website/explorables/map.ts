import { chart } from '../../charts/chart';
import { heatmap, label, line, points } from '../../charts/marks';
import type { Activation } from '../../core/activations';
import { logNormMoments } from '../../theory/logNorm';
import { kaimingStd, momentPreservingStd } from '../../theory/std';
import { activationControl, activationOf, depthControl, orderControl, widthControl } from './activations';
import { defineExplorable } from './explorable';
import { significant } from './words';

const widths = [8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024];
const depths = [1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 57, 80, 113, 160, 226, 320, 453, 640, 1000];

/** What a layer adds to the log-norm: the shift from s = 2 to s, and the variance. */
function layerOf(activation: Activation, s: number, width: number): { shift: number; variance: number } {
  const std = momentPreservingStd({ activation, s, width });
  return {
    shift: Math.log(std / kaimingStd({ activation, width })),
    variance: logNormMoments({ activation, width }).variance,
  };
}

/** The map of where s matters, with the reader's own network on it. */
export const map = defineExplorable({
  name: 'map',
  title: 'Does s matter for my network?',
  about: 'The map of depth and width on which the choice of s matters, with your own network on it.',
  lookFor:
    'The dashed line is where the shift that s makes equals the spread that random weights make. Below it s is a small change among large random ones; above it s decides whether the signal survives. For wide layers the line is straight: what counts is depth divided by width. Lower s, or a more random layer such as ReLU in place of a linear one, brings the line down.',
  controls: {
    activation: activationControl,
    s: { ...orderControl, max: 1.95 },
    width: widthControl,
    depth: { ...depthControl, start: 20 },
  },
  answer({ activation: name, s, width, depth }) {
    const activation = activationOf(name);
    const layers = widths.map((w) => layerOf(activation, s, w));
    const ratios = depths.map((k) => layers.map(({ shift, variance }) => shift * Math.sqrt(k / variance)));
    const own = layerOf(activation, s, width);
    const spread = Math.sqrt(depth * own.variance);
    const shift = depth * own.shift;
    const equal = own.variance / own.shift ** 2;
    const white = { color: '#ffffff' } as const;
    const finding =
      shift < 0.2 * spread
        ? 'The randomness of the weights matters far more than s'
        : shift < spread
          ? 'The randomness of the weights matters more than s'
          : 'The choice of s matters more than the randomness of the weights';
    return {
      sentence: `${finding}: from Kaiming (s = 2) to s = ${s}, log ‖x‖ shifts by ${significant(shift)}, a factor of ${significant(Math.exp(shift))}; over random weights its standard deviation is ${significant(spread)}. The ratio is ${significant(shift / spread)}. At width ${width} it reaches 1 at ${significant(equal)} layers.`,
      figures: [
        chart({
          title: `Shift of log ‖x‖ from s = 2 to s = ${s}, in standard deviations`,
          x: { title: 'width d', log: true, range: [6.8, 1210], ticks: [8, 16, 32, 64, 128, 256, 512, 1024] },
          y: { title: 'depth k', log: true, range: [0.8, 1250], ticks: [1, 10, 100, 1000] },
          marks: [
            heatmap(widths, depths, ratios, { title: 'shift / SD', range: [0, 2] }),
            line(
              widths,
              layers.map((layer) => layer.variance / layer.shift ** 2),
              { ...white, dash: 'dash' },
            ),
            points([width], [depth], white),
            label(width, depth, 'your network', { ...white, side: width > 128 ? 'left' : 'right' }),
          ],
        }),
      ],
    };
  },
});
