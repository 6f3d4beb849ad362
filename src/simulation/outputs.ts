import { received, requireInteger, requireNumber, requireOptions } from '../core/validation';
import { requireSample } from '../estimators/sample';
import { logMeanPower } from './logMeanPower';

/**
 * Outputs of networks in a form that does not over- or underflow at any depth: coordinate i of network j at
 * the last depth is exp(logNorms.at(-1)[j]) · directions[j · width + i].
 */
export interface NetworkOutputs {
  /** Number of units per layer. */
  readonly width: number;
  /** The depths at which log-norms were recorded, in ascending order. */
  readonly depths: readonly number[];
  /** log‖x⁽ᵏ⁾‖ of every network, one array per depth; −Infinity if the network is dead (x = 0). */
  readonly logNorms: readonly Float64Array[];
  /** x/‖x‖ at the last depth, network after network; zeros if the network is dead. Never −0. */
  readonly directions: Float64Array;
}

/**
 * Computes the outputs that the same networks would have if all weights were multiplied by `factor`. Use it
 * to compare schemes on the same random draws: one simulation with `weightStd` 1 gives the outputs for every
 * s.
 *
 * log‖x⁽ᵏ⁾‖ changes by k · log(factor) and directions do not change, equation (10) of docs/theory.md. This is
 * exact for networks without noise.
 * @param outputs outputs of a simulation with `noiseStd` 0.
 * @param factor any number > 0, such as σ₀(1)/σ₀(2).
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * const ones = await simulateOutputs({
 *   activation: relu, width: 64, depths: [100], weightStd: 1, networks: 5, seed: 1,
 * });
 * const preserving = rescaleOutputs(ones, momentPreservingStd({ activation: relu, s: 1, width: 64 }));
 * preserving.logNorms[0][0] - ones.logNorms[0][0] // -172.30
 */
export function rescaleOutputs(outputs: NetworkOutputs, factor: number): NetworkOutputs {
  const { depths, logNorms } = requireOutputs(outputs);
  const shift = Math.log(requireNumber('factor', factor, { above: 0 }));
  return {
    ...outputs,
    logNorms: logNorms.map((row, index) => Float64Array.from(row, (x) => x + depths[index]! * shift)),
  };
}

/**
 * Computes for each network the logarithm of the mean power of its coordinates at the last depth,
 * log((1/width) Σᵢ |xᵢ|^order). Use it to estimate the moment E|xᵢ|^order and its standard error: pass the
 * result to {@link logAbsoluteMoment} with order 1.
 *
 * Coordinates of one network are dependent, so the independent networks are the sample from which the
 * standard error is computed. Equation (24) of docs/theory.md is the exact moment.
 * @param outputs outputs of a simulation.
 * @param order a number in (0, 1e300].
 * @returns one number per network; −Infinity if the network is dead.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * const outputs = await simulateOutputs({
 *   activation: linear, width: 4, depths: [1], weightStd: 0.5, networks: 20000, seed: 1,
 * });
 * const moments = coordinateLogMoments(outputs, 2).map(Math.exp);
 * moments.reduce((sum, x) => sum + x) / 20000 // 0.985
 */
export function coordinateLogMoments(outputs: NetworkOutputs, order: number): Float64Array {
  const { width, logNorms, directions } = requireOutputs(outputs);
  requireNumber('order', order, { above: 0, atMost: 1e300 });
  return Float64Array.from(logNorms.at(-1)!, (logNorm, network) => {
    const ofDirection = logMeanPower(directions, network * width, (network + 1) * width, order);
    if (logNorm === -Infinity || ofDirection === -Infinity) return -Infinity;
    const logMoment = order * logNorm + ofDirection;
    if (!Number.isFinite(logMoment))
      throw new RangeError(`order · log-norm must lie in the range of a double; got order ${order}`);
    return logMoment;
  });
}

/** @throws TypeError or RangeError naming the part of `outputs` that does not fit. */
function requireOutputs(outputs: NetworkOutputs): NetworkOutputs {
  const { width, depths, logNorms, directions } = requireOptions('outputs', outputs, [
    ...['width', 'depths', 'logNorms', 'directions'],
  ]);
  requireInteger('outputs.width', width, { atLeast: 1 });
  requireSample('outputs.depths', depths);
  for (const [index, depth] of depths.entries())
    requireInteger(`outputs.depths[${index}]`, depth, { atLeast: 1 });
  if (!Array.isArray(logNorms) || logNorms.length !== depths.length)
    throw new TypeError(
      `outputs.logNorms must be a list of one array per depth (${depths.length}); got ${received(logNorms)}`,
    );
  const networks = logNorms[0]?.length;
  for (const [index, row] of logNorms.entries()) {
    requireSample(`outputs.logNorms[${index}]`, row, { infinities: 'negative' });
    if (row.length !== networks)
      throw new RangeError(`outputs.logNorms must have equally long arrays (${networks}); got ${row.length}`);
  }
  requireSample('outputs.directions', directions, { size: width * networks! });
  return outputs;
}
