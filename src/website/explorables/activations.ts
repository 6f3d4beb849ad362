import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../../core/activations';
import type { ChoiceControl, NumberControl } from './controls';

const activations: Readonly<Record<string, { label: string; activation: Activation }>> = {
  linear: { label: 'linear', activation: linear },
  relu: { label: 'ReLU', activation: relu },
  leaky: { label: 'Leaky ReLU, slope 0.1', activation: leakyRelu(0.1) },
  rrelu: { label: 'Randomized Leaky ReLU, slopes 1/8 to 1/3', activation: rrelu(1 / 8, 1 / 3) },
};

/** The control for the activation of the layers. */
export const activationControl = {
  kind: 'choice',
  label: 'Activation',
  options: Object.fromEntries(Object.entries(activations).map(([name, { label }]) => [name, label])),
  start: 'relu',
} as const satisfies ChoiceControl;

/** The control for the order that the weights preserve. */
export const orderControl = {
  kind: 'number',
  label: 'Preserved order s',
  min: 0.05,
  max: 2,
  step: 0.05,
  start: 1,
} as const satisfies NumberControl;

/** The control for the width of the layers. */
export const widthControl = {
  kind: 'number',
  label: 'Width d, units per layer',
  min: 8,
  max: 1024,
  step: 1,
  start: 64,
  log: true,
} as const satisfies NumberControl;

/** The control for the number of layers. */
export const depthControl = {
  kind: 'number',
  label: 'Depth k, layers',
  min: 1,
  max: 1000,
  step: 1,
  start: 100,
  log: true,
} as const satisfies NumberControl;

/** The activation that the control names, with dropout at a rate. */
export function activationOf(name: string, rate = 0): Activation {
  const { activation } = activations[name]!;
  return rate === 0 ? activation : dropout(activation, { rate });
}
