import { randomStream } from '../core/random';
import { registeredTensorFlow } from '../tensorflow/registry';
import { logNorms, ofMeanSquares } from './logNorms';
import type { TfTensor } from './modelGraph';

/** Number of units with new weights from which the share of dead units is estimated. */
const units = 256;

/**
 * `active`: for each of `units` new units with independent normal weights, the number of inputs of a batch
 * with a positive pre-activation; `layer` seeds the units. `input`: the log-norms of the inputs per unit, which
 * come with it.
 *
 * The pre-activations of a unit are normal with the inputs' Gram matrix as covariance. They are drawn from
 * that law where the matrix, of one row per input, is smaller than the weights would be.
 */
export function freshUnits(x: TfTensor, layer: number): { active: ArrayLike<number>; input: number[] } {
  const [inputs, fanIn] = x.shape as [number, number];
  if (inputs * inputs >= fanIn * units) return { active: countsOfWeights(x, layer), input: logNorms(x) };
  const gram = gramMatrix(x);
  const norms = ofMeanSquares(Array.from({ length: inputs }, (_, i) => gram[i * inputs + i]! / fanIn));
  if (norms !== undefined) return { active: countsOfLaw(gram, inputs, layer), input: norms };
  const input = logNorms(x);
  return { active: countsOfLaw(gramMatrix(x, input), inputs, layer), input };
}

function countsOfWeights(x: TfTensor, layer: number): ArrayLike<number> {
  const fanIn = x.shape[1]!;
  const tf = registeredTensorFlow();
  return tf.tidy(() => {
    const weights = tf.tensor(normals(fanIn * units, layer), [fanIn, units]);
    return x.matMul(weights).greater(0).toFloat().sum(0).dataSync();
  });
}

/** The Gram matrix of the inputs, scaled by their log-norms to norms of one size if those are given. */
function gramMatrix(x: TfTensor, logNorms?: readonly number[]): ArrayLike<number> {
  const tf = registeredTensorFlow();
  return tf.tidy(() => {
    // finite for a zero input
    const scales = logNorms?.map((logNorm) => Math.min(Math.exp(-logNorm), 1e38));
    const rows = (scales ? x.mul(tf.tensor(scales, [scales.length, 1])) : x) as TfTensor;
    return rows.matMul(rows, false, true).dataSync();
  });
}

function countsOfLaw(gram: ArrayLike<number>, inputs: number, layer: number): ArrayLike<number> {
  const lower = cholesky(correlations(gram, inputs), inputs);
  const counts = new Float64Array(units);
  const g = normals(inputs * units, layer);
  for (let unit = 0; unit < units; unit++)
    for (let i = 0; i < inputs; i++) {
      let z = 0;
      for (let j = 0; j <= i; j++) z += lower[i * inputs + j]! * g[unit * inputs + j]!;
      if (z > 0) counts[unit]!++;
    }
  return counts;
}

function normals(count: number, layer: number): Float32Array {
  const values = new Float32Array(count);
  randomStream(0, layer).fillNormals(values, 1);
  return values;
}

/** The Gram matrix of the inputs as unit vectors, as only signs count; a zero input stays zero. */
function correlations(gram: ArrayLike<number>, n: number): Float64Array {
  const norms = Array.from({ length: n }, (_, i) => Math.sqrt(gram[i * n + i]!) || 1);
  return Float64Array.from(gram, (x, at) => x / (norms[Math.floor(at / n)]! * norms[at % n]!));
}

/** Lower triangular L with L Lᵀ = `matrix`, which is positive semidefinite up to rounding in float32. */
function cholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let rest = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) rest -= lower[i * n + k]! * lower[j * n + k]!;
      const pivot = lower[j * n + j]!;
      if (i === j) lower[i * n + j] = rest > 1e-6 ? Math.sqrt(rest) : 0;
      else lower[i * n + j] = pivot > 0 ? rest / pivot : 0;
    }
  return lower;
}
