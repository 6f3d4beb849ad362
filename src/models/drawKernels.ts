import { type Activation, linear } from '../core/activations';
import { createInitializer, registeredTensorFlow } from '../tensorflow/registry';
import type { InitializationScheme, InitializedKernel } from './initializationScheme';
import { inLayer, type LayerVariable, Unreadable, unsupported } from './layerKinds';
import type { Layer, TfTensor } from './modelGraph';
import { type ModelReading, requireNames } from './readModel';

/** A drawn kernel with its values, which are not yet those of the model. */
export interface DrawnKernel extends InitializedKernel {
  readonly variable: LayerVariable;
  readonly values: TfTensor;
}

/**
 * Draws the kernels of a model that are neither frozen nor to be kept. The model is not changed; the caller
 * disposes of the values.
 * @param keep names of layers and of nested models whose kernels are not drawn
 * @throws RangeError if an activation cannot be read, a layer is of a type that no scheme supports, or a
 *   constraint changes a kernel, naming the layer and what to pass.
 */
export function drawKernels(
  { graph, weighted, model }: ModelReading,
  { scheme, ...parameters }: InitializationScheme,
  { seed, keep = [] }: { seed: number; keep?: readonly string[] },
): DrawnKernel[] {
  const namesOf = (layer: Layer) => [
    layer.name,
    ...graph.models.get(layer)!.flatMap((container) => (container === model ? [] : container.name)),
  ];
  requireNames('keep', keep, [...new Set(weighted.flatMap(({ layer }) => namesOf(layer)))]);
  const drawn: DrawnKernel[] = [];
  let number = 0;
  for (const { layer, kernels, law, frozen } of weighted) {
    const kept = frozen || namesOf(layer).some((name) => keep.includes(name));
    if (!kept && kernels.length === 0)
      throw new RangeError(`${unsupported(layer)} and pass keep: ['${layer.name}']`);
    kernels.forEach(({ variable, depthwise, frozen: kernelFrozen }, i) => {
      const layerNumber = number++;
      if (kept || kernelFrozen) return;
      // there is no activation between the two kernels of a separable convolution
      const followed = i < kernels.length - 1 ? linear : law;
      const activation = scheme === 'xavierNormal' ? undefined : readable(followed, layer);
      const options = { ...parameters, activation, seed, layer: layerNumber, depthwise };
      const values = inLayer(layer, () =>
        createInitializer(scheme, options).apply(variable.shape),
      ) as TfTensor;
      requireUnconstrained(values, variable, layer);
      drawn.push({
        layer: layer.name,
        number: layerNumber,
        seed,
        activation,
        variable,
        values,
      });
    });
  }
  return drawn;
}

function readable(law: Activation | Unreadable, { name }: Layer): Activation {
  if (!(law instanceof Unreadable)) return law;
  throw new RangeError(`${law.reason}: ${[law.remedy ?? [], setYourself(name)].flat().join('; or ')}`);
}

function setYourself(name: string): string {
  return `set the weights of layer '${name}' yourself and pass keep: ['${name}']`;
}

/** @throws RangeError if the constraint of a kernel changes the values that were drawn for it. */
function requireUnconstrained(values: TfTensor, { constraint }: LayerVariable, { name }: Layer): void {
  if (constraint == null) return;
  const change = registeredTensorFlow().tidy(() => {
    const difference = (constraint.apply(values) as TfTensor).sub(values).abs().max();
    return difference.div(values.abs().max()).dataSync()[0]!;
  });
  // constraints add 1e-7 to norms that they divide by
  if (change > 1e-3)
    throw new RangeError(
      `layer '${name}': its constraint ${constraint.getClassName()} changes the kernel that is drawn: remove the constraint, or ${setYourself(name)}`,
    );
}
