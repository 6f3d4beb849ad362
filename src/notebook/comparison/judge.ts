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

/** One row of a comparison: the expected value, our result and the tolerance. */
export interface ComparisonRow {
  /** The quantity that is compared, such as `σ² for ReLU, d = 64, s = 1`. */
  quantity: string;
  /** The expected value or interval. */
  expected: number | { atLeast: number } | { atMost: number } | { between: [number, number] };
  /** Source of `expected`: "authors' code", "abstract", "20-digit reference". */
  source: string;
  /** Our result. */
  ours: number;
  /** Standard error of `ours`, if it is random. */
  standardError?: number;
  /** Required if `expected` is a number; otherwise it widens the interval, default 0. */
  tolerance?: Tolerance;
  /** How `ours` was obtained. */
  how: Provenance;
  /** The verdict to be confirmed, default 'agrees'; 'differs' marks a known error in the expected value. */
  verdict?: 'agrees' | 'differs';
  /** A remark, such as why the values differ. */
  note?: string;
}

/** A row with its computed verdict. */
export interface JudgedRow extends ComparisonRow {
  /** Whether `ours` agrees with `expected`, as computed. */
  verdict: 'agrees' | 'differs';
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
    `expected must be a number, { atLeast }, { atMost } or { between: [low, high] }; got ${received(expected)}`,
  );
}

/** The largest accepted distance of `ours` beyond a bound. */
export function allowance(row: ComparisonRow, bound: number): number {
  const { absolute = 0, relative = 0, standardErrors = 0 } = row.tolerance ?? {};
  const scaled = relative === 0 ? 0 : relative * Math.abs(bound); // 0 also for an infinite bound
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
  if (typeof row.expected === 'number' && Object.keys(tolerance ?? {}).length === 0)
    throw new TypeError(`tolerance ${of} must be given, as expected is a number; got none`);
  if (tolerance?.standardErrors !== undefined && standardError === undefined)
    throw new TypeError(`standardError ${of} must be given, as tolerance.standardErrors is; got none`);
  requireOneOf(`how ${of}`, how, provenances);
  if (verdict !== undefined) requireOneOf(`verdict ${of}`, verdict, ['agrees', 'differs']);
}

/**
 * Compares a row's `ours` with `expected`. They agree if `ours` is at most absolute + relative · |bound| +
 * standardErrors · standardError outside the expected value or interval. A value or standard error that is
 * not finite never agrees, and `met` is then false.
 * @throws TypeError or RangeError naming the invalid part of the row.
 * @example
 * const row = { quantity: 'σ²', expected: 0.0333, source: 'closed form', ours: 0.0331, how: 'exact' };
 * judge({ ...row, tolerance: { relative: 0.01 } }).verdict // 'agrees'
 * judge({ ...row, tolerance: { relative: 0.001 } }).met // false
 */
export function judge(row: ComparisonRow): JudgedRow {
  requireRow(row);
  const { ours, standardError = 0 } = row;
  const [low, high] = bounds(row);
  const sound = Number.isFinite(ours) && Number.isFinite(standardError);
  const agrees = sound && ours >= low - allowance(row, low) && ours <= high + allowance(row, high);
  const verdict = agrees ? 'agrees' : 'differs';
  return { ...row, verdict, met: sound && verdict === (row.verdict ?? 'agrees') };
}
