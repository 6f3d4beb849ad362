import { randomStream } from '../core/random';
import { registeredTensorFlow } from '../tensorflow/registry';
import type { TfTensor } from './modelGraph';

/** Number of units with new weights from which the share of dead units is estimated. */
const units = 256;

/** A tensor to read, and what it says once read. */
export interface FreshUnits {
  readonly tensor: TfTensor;
  /** For each unit, the number of inputs with a positive pre-activation. */
  counts(values: ArrayLike<number>): ArrayLike<number>;
}

/**
 * How often `units` new units with independent normal weights are positive for a batch of inputs. `logNorms`
 * are those of the inputs, −∞ for a zero input; `layer` seeds the units.
 *
 * The pre-activations of a unit are normal with the inputs' Gram matrix as covariance. They are drawn from
 * that law where the matrix, of one row per input, is smaller than the weights would be.
 */
export function freshUnits(input: TfTensor, logNorms: TfTensor, layer: number): FreshUnits {
  const [inputs, fanIn] = input.shape as [number, number];
  if (inputs * inputs >= fanIn * units)
    return { tensor: countsOfWeights(input, layer), counts: (values) => values };
  return { tensor: gramMatrix(input, logNorms), counts: (gram) => countsOfLaw(gram, inputs, layer) };
}

function countsOfWeights(input: TfTensor, layer: number): TfTensor {
  const fanIn = input.shape[1]!;
  const tf = registeredTensorFlow();
  return tf.tidy(() => {
    const weights = tf.tensor(normals(fanIn * units, layer), [fanIn, units]);
    return input.matMul(weights).greater(0).toFloat().sum(0);
  });
}

/** The Gram matrix of the inputs, scaled to norms of one size, so that nothing overflows. */
function gramMatrix(input: TfTensor, logNorms: TfTensor): TfTensor {
  return registeredTensorFlow().tidy(() => {
    const scales = logNorms.neg().exp().minimum(1e38).reshape([-1, 1]); // finite for a zero input
    const rows = input.mul(scales) as typeof input;
    return rows.matMul(rows, false, true);
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
  const stream = randomStream(0, layer);
  return Float32Array.from({ length: count }, () => stream.normal());
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
