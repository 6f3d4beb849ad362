import { received, requireNumber, requireOneOf } from '../../core/validation';

/** How far `ours` may be off; where several parts are given, they add up. */
export interface Tolerance {
  /** In the unit of the quantity. */
  absolute?: number;
  /** As a fraction of the expected value. */
  relative?: number;
  /** In standard errors of `ours`. */
  standardErrors?: number;
}

/** How `ours` was obtained. */
export type Provenance = (typeof provenances)[number];
const provenances = ['exact', 'simulated', 'read off a plot', 'replayed', 'trained'] as const;

/** One line of a comparison: what is expected, what we got, and how far they may be apart. */
export interface ComparisonRow {
  /** What is compared, such as `σ² for ReLU, d = 64, s = 1`. */
  quantity: string;
  expected: number | { atLeast: number } | { atMost: number } | { between: [number, number] };
  /** Where `expected` comes from: "authors' code", "abstract", "20-digit reference". */
  source: string;
  ours: number;
  /** The standard error of `ours`, where it is random. */
  standardError?: number;
  /** Needed where `expected` is a number; elsewhere it widens the bounds. */
  tolerance?: Tolerance;
  how: Provenance;
  /** What a reader should find; `differs` marks a known fault of the expected value. Default: agrees. */
  verdict?: 'agrees' | 'differs';
  /** Why they differ, or what else is to be said. */
  note?: string;
}

/** A row with its verdict, as found. */
export interface JudgedRow extends ComparisonRow {
  /** Whether `ours` agrees with `expected`, as computed. */
  verdict: 'agrees' | 'differs';
  /** Whether that is what a reader should find. */
  met: boolean;
}

/** The interval a row's `ours` has to lie in, the tolerance not yet added. */
function bounds({ expected }: ComparisonRow): [low: number, high: number] {
  if (typeof expected === 'number') {
    requireNumber('expected', expected);
    return [expected, expected];
  }
  if (expected instanceof Object) {
    if ('atLeast' in expected) return [requireNumber('expected.atLeast', expected.atLeast), Infinity];
    if ('atMost' in expected) return [-Infinity, requireNumber('expected.atMost', expected.atMost)];
    if ('between' in expected) {
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

/** How far `ours` may lie beyond a bound. */
export function allowance(row: ComparisonRow, bound: number): number {
  const { absolute = 0, relative = 0, standardErrors = 0 } = row.tolerance ?? {};
  const scaled = relative === 0 ? 0 : relative * Math.abs(bound); // 0 also for an infinite bound
  const random = standardErrors === 0 ? 0 : standardErrors * (row.standardError ?? Number.NaN);
  return absolute + scaled + random;
}

function requireRow(row: ComparisonRow): void {
  const { quantity, source, ours, standardError, tolerance, how, verdict } = row;
  for (const [name, text] of Object.entries({ quantity, source }))
    if (typeof text !== 'string' || text === '')
      throw new TypeError(`${name} must be a text; got ${received(text)}`);
  const of = `of '${quantity}'`;
  if (typeof ours !== 'number') throw new TypeError(`ours ${of} must be a number; got ${received(ours)}`);
  if (standardError !== undefined && typeof standardError !== 'number')
    throw new TypeError(`standardError ${of} must be a number; got ${received(standardError)}`);
  if (standardError !== undefined && standardError < 0)
    throw new RangeError(`standardError ${of} must be at least 0; got ${standardError}`);
  for (const [part, value] of Object.entries(tolerance ?? {}))
    requireNumber(
      `tolerance.${requireOneOf('a part of tolerance', part, ['absolute', 'relative', 'standardErrors'])} ${of}`,
      value,
      { atLeast: 0 },
    );
  if (typeof row.expected === 'number' && Object.keys(tolerance ?? {}).length === 0)
    throw new TypeError(`tolerance ${of} must say how far ours may be from ${row.expected}; got none`);
  if (tolerance?.standardErrors !== undefined && standardError === undefined)
    throw new TypeError(`standardError ${of} must be given, as tolerance.standardErrors is; got none`);
  requireOneOf(`how ${of}`, how, provenances);
  if (verdict !== undefined) requireOneOf(`verdict ${of}`, verdict, ['agrees', 'differs']);
}

/**
 * Whether a row's `ours` agrees with `expected`: whether it lies no further outside the expected value or interval than
 * absolute + relative · |bound| + standardErrors · standardError. A value or standard error that is not finite agrees
 * with nothing and meets no verdict.
 * @throws TypeError or RangeError naming what is wrong with the row.
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
