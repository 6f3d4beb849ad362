import { requireNumber } from '../core/validation';

/**
 * What networks put out, without over- or underflow at any depth: coordinate i of network j at the last depth is
 * exp(logNorms.at(-1)[j]) · directions[j · width + i].
 */
export interface NetworkOutputs {
  /** Units a layer. */
  readonly width: number;
  /** The depths at which log-norms were recorded, ascending. */
  readonly depths: readonly number[];
  /** log‖x⁽ᵏ⁾‖ of every network, one array a depth; −Infinity where the network died (x = 0). */
  readonly logNorms: readonly Float64Array[];
  /** x/‖x‖ at the last depth, network after network; zeros where the network died. Never −0. */
  readonly directions: Float64Array;
}

/**
 * The outputs the same networks would have had if every weight had been multiplied by `factor`:
 * log‖x⁽ᵏ⁾‖ moves by k · log `factor`, directions stay. Exact for networks without noise, so that one simulation with
 * `weightStd` 1 serves every s.
 * @param outputs of a simulation with `noiseStd` 0
 * @param factor any number > 0, such as σ₀(1)/σ₀(2)
 * @throws TypeError or RangeError if `factor` is none.
 * @example
 * const ones = await simulateOutputs({ activation: relu, width: 64, depths: [100], weightStd: 1, networks: 5, seed: 1 });
 * const preserving = rescaleOutputs(ones, momentPreservingStd({ activation: relu, s: 1, width: 64 }));
 * preserving.logNorms[0][0] - ones.logNorms[0][0] // -172.30
 */
export function rescaleOutputs(outputs: NetworkOutputs, factor: number): NetworkOutputs {
  const shift = Math.log(requireNumber('factor', factor, { above: 0 }));
  return {
    ...outputs,
    logNorms: outputs.logNorms.map((row, index) => row.map((x) => x + outputs.depths[index]! * shift)),
  };
}

/**
 * Each network's mean of its coordinates' powers at the last depth, as a logarithm: log((1/width) Σᵢ |xᵢ|^order);
 * −Infinity where the network died. The mean of their exponentials over networks is the moment E|xᵢ|^order, and since
 * networks are independent (coordinates of one network are not) they are the sample its standard error needs.
 * @param outputs of a simulation
 * @param order any number > 0
 * @throws TypeError or RangeError if `order` is none.
 * @example
 * const outputs = await simulateOutputs({ activation: linear, width: 4, depths: [1], weightStd: 0.5, networks: 20000, seed: 1 });
 * const moments = coordinateLogMoments(outputs, 2).map(Math.exp);
 * moments.reduce((sum, x) => sum + x) / 20000 // 0.985
 */
export function coordinateLogMoments(outputs: NetworkOutputs, order: number): Float64Array {
  requireNumber('order', order, { above: 0 });
  const { width, directions } = outputs;
  return outputs.logNorms.at(-1)!.map((logNorm, network) => {
    let sum = 0;
    for (let i = network * width; i < (network + 1) * width; i++) sum += Math.abs(directions[i]!) ** order;
    return sum === 0 ? -Infinity : order * logNorm + Math.log(sum / width);
  });
}
