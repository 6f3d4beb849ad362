import { received, requireNumber, requireOneOf, requireOptions, requireText } from '../../core/validation';

/** Largest accepted deviation of `ours` from `expected`: the sum of the parts given, each ≥ 0. */
export interface Tolerance {
  /** In the unit of the quantity. */
  absolute?: number;
  /** As a fraction of the expected value. */
  relative?: number;
  /** In multiples of `standardError`. */
  standardErrors?: number;
}

/** How `ours` was obtained. */
export type Provenance = (typeof provenances)[number];
const provenances = ['exact', 'simulated', 'read off a plot', 'replayed', 'trained'] as const;

/** How `ours` relates to `expected`. */
type RowVerdict = (typeof verdicts)[number];
const verdicts = ['agrees', 'differs', 'not seen'] as const;

/** One row of a comparison: the expected value, our result and the tolerance. */
export interface ComparisonRow {
  /** The quantity that is compared, such as `σ² for ReLU, d = 64, s = 1`. */
  quantity: string;
  /** The expected value or interval, or, as `above` or `below`, an effect that is claimed to show. */
  expected:
    | number
    | { atLeast: number }
    | { atMost: number }
    | { between: [number, number] }
    | { above: number }
    | { below: number };
  /** Source of `expected`: "authors' code", "abstract", "20-digit reference". */
  source: string;
  /** Our result. */
  ours: number;
  /** Standard error of `ours`, if it is random. */
  standardError?: number;
  /** Required if `expected` is a number or an effect; otherwise it widens the interval, default 0. */
  tolerance?: Tolerance;
  /** How `ours` was obtained. */
  how: Provenance;
  /**
   * The verdict to be confirmed, default 'agrees'. 'differs' marks a known error in the expected value, and
   * 'not seen' a claimed effect that our results do not show.
   */
  verdict?: RowVerdict;
  /** A remark, such as why the values differ. */
  note?: string;
}

/** A row with its computed verdict. */
export interface JudgedRow extends ComparisonRow {
  /** As computed. */
  verdict: RowVerdict;
  /** Whether `verdict` is the one expected for this row. */
  met: boolean;
}

/** The interval expected for `ours`, without the tolerance. */
function bounds({ expected }: ComparisonRow): [low: number, high: number] {
  if (typeof expected === 'number') {
    requireNumber('expected', expected);
    return [expected, expected];
  }
  if (expected instanceof Object) {
    if ('atLeast' in expected) return [requireNumber('expected.atLeast', expected.atLeast), Infinity];
    if ('atMost' in expected) return [-Infinity, requireNumber('expected.atMost', expected.atMost)];
    if ('above' in expected) return [requireNumber('expected.above', expected.above), Infinity];
    if ('below' in expected) return [-Infinity, requireNumber('expected.below', expected.below)];
    if ('between' in expected) {
      if (!Array.isArray(expected.between))
        throw new TypeError(`expected.between must be [low, high]; got ${received(expected.between)}`);
      const [low, high] = expected.between;
      return [
        requireNumber('expected.between[0]', low),
        requireNumber('expected.between[1]', high, { atLeast: low }),
      ];
    }
  }
  throw new TypeError(
    `expected must be a number, { atLeast }, { atMost }, { between: [low, high] }, { above } or { below }; got ${received(expected)}`,
  );
}

/** Whether the row states a claimed effect. */
function isEffect({ expected }: ComparisonRow): boolean {
  return expected instanceof Object && ('above' in expected || 'below' in expected);
}

/** The largest accepted distance of `ours` beyond a bound. */
export function allowance(row: ComparisonRow, bound: number): number {
  const { absolute = 0, relative = 0, standardErrors = 0 } = row.tolerance ?? {};
  const scaled = Number.isFinite(bound) ? relative * Math.abs(bound) : 0;
  const random = standardErrors === 0 ? 0 : standardErrors * (row.standardError ?? Number.NaN);
  return absolute + scaled + random;
}

const rowNames = [
  ...['quantity', 'expected', 'source', 'ours', 'standardError', 'tolerance', 'how', 'verdict', 'note'],
];

function requireRow(row: ComparisonRow): void {
  const { quantity, source, ours, standardError, tolerance, how, verdict, note } = requireOptions(
    'a row',
    row,
    rowNames,
  );
  for (const [name, text] of Object.entries({ quantity, source })) requireText(name, text);
  if (note !== undefined) requireText('note', note);
  const of = `of '${quantity}'`;
  if (typeof ours !== 'number') throw new TypeError(`ours ${of} must be a number; got ${received(ours)}`);
  if (standardError !== undefined && typeof standardError !== 'number')
    throw new TypeError(`standardError ${of} must be a number; got ${received(standardError)}`);
  if (standardError !== undefined && standardError < 0)
    throw new RangeError(`standardError ${of} must be at least 0; got ${standardError}`);
  if (tolerance !== undefined)
    requireOptions(`tolerance ${of}`, tolerance, ['absolute', 'relative', 'standardErrors']);
  for (const [part, value] of Object.entries(tolerance ?? {}))
    if (value !== undefined) requireNumber(`tolerance.${part} ${of}`, value, { atLeast: 0 });
  const needsTolerance =
    typeof row.expected === 'number' ? 'a number' : isEffect(row) ? 'an effect' : undefined;
  if (needsTolerance !== undefined && Object.keys(tolerance ?? {}).length === 0)
    throw new TypeError(`tolerance ${of} must be given, as expected is ${needsTolerance}; got none`);
  if (tolerance?.standardErrors !== undefined && standardError === undefined)
    throw new TypeError(`standardError ${of} must be given, as tolerance.standardErrors is; got none`);
  requireOneOf(`how ${of}`, how, provenances);
  if (verdict !== undefined)
    requireOneOf(`verdict ${of}`, verdict, isEffect(row) ? verdicts : ['agrees', 'differs']);
}

/**
 * Compares a row's `ours` with `expected`. They agree if `ours` is at most absolute + relative · |bound| +
 * standardErrors · standardError outside the expected value or interval. A claimed effect, `above` or `below`, must
 * exceed its bound by more than that to agree; if it is within that of the bound, it is 'not seen'. A value or
 * standard error that is not finite never agrees, and `met` is then false.
 * @throws TypeError or RangeError naming the invalid part of the row.
 * @example
 * const row = { quantity: 'σ²', expected: 0.0333, source: 'closed form', ours: 0.0331, how: 'exact' };
 * judge({ ...row, tolerance: { relative: 0.01 } }).verdict // 'agrees'
 * judge({ ...row, tolerance: { relative: 0.001 } }).met // false
 * judge({ ...row, expected: { above: 0.033 }, tolerance: { absolute: 0.001 } }).verdict // 'not seen'
 */
export function judge(row: ComparisonRow): JudgedRow {
  requireRow(row);
  const { ours, standardError = 0 } = row;
  const [low, high] = bounds(row);
  const [lowMargin, highMargin] = [allowance(row, low), allowance(row, high)];
  const sound = Number.isFinite(ours) && Number.isFinite(standardError);
  const agrees = sound && ours >= low - lowMargin && ours <= high + highMargin;
  const seen = !isEffect(row) || (ours > low + lowMargin && ours < high - highMargin);
  const verdict = !agrees ? 'differs' : seen ? 'agrees' : 'not seen';
  return { ...row, verdict, met: sound && verdict === (row.verdict ?? 'agrees') };
}
