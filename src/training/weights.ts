import type { Network } from './architecture';
import { runStream } from './streams';

/**
 * The parameters of a network, in this order: kernel [size, size, input channels, output channels] and biases
 * of each convolution, then weights [output units, input units] and biases of each fully connected layer.
 */
export type Parameters = Float32Array[];

/**
 * The initial networks of a run, one per scheme. The schemes share the biases, the convolutions and the
 * standard normal numbers that are multiplied by the weight standard deviations. Convolutions and non-zero
 * biases follow docs/theory.md, equation (83).
 * @param stds for each scheme, one weight standard deviation per fully connected layer
 */
export function initialParameters(
  network: Network,
  stds: readonly (readonly number[])[],
  seed: number,
  run: number,
): Parameters[] {
  const [normals, uniforms, kernels] = (['weights', 'biases', 'convolutions'] as const).map((purpose) =>
    runStream(seed, run, 0, purpose),
  );
  const uniform = (stream: typeof uniforms, length: number, fanIn: number) =>
    Float32Array.from({ length }, () => (2 * stream!.uniform() - 1) / Math.sqrt(fanIn));
  const shared: Float32Array[] = [];
  let { channels } = network.image;
  for (const { size, channels: out } of network.convolutions) {
    const fanIn = size * size * channels;
    shared.push(uniform(kernels, fanIn * out, fanIn), uniform(kernels, out, fanIn));
    channels = out;
  }
  const parameters: Parameters[] = stds.map(() => shared.map((x) => x.slice()));
  network.sizes.slice(1).forEach((fanOut, layer) => {
    const fanIn = network.sizes[layer]!;
    const standard = new Float64Array(fanOut * fanIn);
    normals!.fillNormals(standard, 1);
    const biases = network.biases === 'zero' ? new Float32Array(fanOut) : uniform(uniforms, fanOut, fanIn);
    stds.forEach((std, scheme) => {
      parameters[scheme]!.push(
        Float32Array.from(standard, (z) => std[layer]! * z),
        biases.slice(),
      );
    });
  });
  return parameters;
}
