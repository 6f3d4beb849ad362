import { display } from '../host';
import { type ComparisonRow, judge } from './judge';
import { formatComparison, htmlTable, markdownTable } from './table';

/** The MIME type of a comparison for machines: `{ rows: JudgedRow[] }`. */
export const comparisonMimeType = 'application/vnd.fracmoment.comparison+json';

/**
 * Shows a comparison as a table with computed verdicts; `npm run reproduce` gathers it from a notebook's output.
 * @throws TypeError or RangeError naming what is wrong with a row.
 * @example
 * compare([{ quantity: 'σ² for ReLU, d = 64, s = 1', expected: 0.0318, source: "authors' code", ours: 0.0318,
 *   how: 'exact', tolerance: { relative: 0.01 } }]);
 */
export function compare(rows: readonly ComparisonRow[]): void {
  if (rows.length === 0) throw new RangeError('rows must hold at least one row; got none');
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
