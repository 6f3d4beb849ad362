import { requireObjects } from '../../core/validation';
import { display } from '../host';
import { type ComparisonRow, judge } from './judge';
import { formatComparison, htmlTable, markdownTable } from './table';

/** The MIME type of a machine-readable comparison: `{ rows: JudgedRow[] }`. */
export const comparisonMimeType = 'application/vnd.fracmoment.comparison+json';

/**
 * Shows a table that compares results with expected values, each row with a computed verdict. `npm run
 * reproduce` collects these tables from the outputs of the notebooks.
 *
 * A row agrees if `ours` lies within the tolerance of the expected value or interval: absolute + relative ·
 * |bound| + standardErrors · standardError. A result or standard error that is not finite never agrees. For a
 * claimed effect, such as `{ above: 0 }`, it agrees if `ours` exceeds the bound by more than the tolerance; if the two
 * are within the tolerance of each other, the claim is not seen, which the row expects by `verdict: 'not seen'`.
 * @param rows at least one row
 * @throws TypeError or RangeError naming the invalid part of a row.
 * @example
 * compare([{ quantity: 'σ² for ReLU, d = 64, s = 1', expected: 0.0318, source: "authors' code", ours: 0.0318,
 *   how: 'exact', tolerance: { relative: 0.01 } }]);
 */
export function compare(rows: readonly ComparisonRow[]): void {
  requireObjects('rows', rows, 'rows { quantity, expected, source, ours, how, … }');
  if (rows.length === 0) throw new RangeError('rows must have at least one row; got none');
  const judged = rows.map(judge);
  display({
    data: {
      'text/html': htmlTable(judged),
      'text/markdown': markdownTable(judged),
      'text/plain': formatComparison(judged),
      [comparisonMimeType]: { rows: judged },
    },
  });
}
