import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import type { CellHost, MimeBundle } from '../host';
import { compare, comparisonMimeType } from './compare';
import { type ComparisonRow, type JudgedRow, judge } from './judge';
import { formatComparison } from './table';

const hostKey = Symbol.for('fracmoment.cell');
const globals = globalThis as { [key: symbol]: Partial<CellHost> | undefined };
afterEach(() => {
  delete globals[hostKey];
});

function row(changes: Partial<ComparisonRow>): ComparisonRow {
  return {
    quantity: 'σ² for ReLU',
    expected: 0.5,
    source: 'closed form',
    ours: 0.5,
    how: 'exact',
    tolerance: { relative: 0.01 },
    ...changes,
  };
}

/** The row shown in a notebook. */
function shown(rows: ComparisonRow[]): MimeBundle['data'] {
  let data: MimeBundle['data'] = {};
  globals[hostKey] = {
    display(bundle) {
      data = bundle.data;
    },
    signal: undefined,
  };
  compare(rows);
  return data;
}

/** The cells of a row in plain text. */
function written(changes: Partial<ComparisonRow>): string[] {
  return formatComparison([judge(row(changes))])
    .split('\n')[2]!
    .split(/ {2,}/);
}

const verdicts: [what: string, changes: Partial<ComparisonRow>, verdict: string, met: boolean][] = [
  ['equal', {}, 'agrees', true],
  ['inside a relative tolerance', { ours: 0.504 }, 'agrees', true],
  ['outside a relative tolerance', { ours: 0.506 }, 'differs', false],
  ['below', { ours: 0.494 }, 'differs', false],
  ['a relative tolerance of a negative value', { expected: -2, ours: -2.01 }, 'agrees', true],
  ['inside an absolute tolerance', { ours: 0.74, tolerance: { absolute: 0.25 } }, 'agrees', true],
  ['at the edge of an absolute tolerance', { ours: 0.75, tolerance: { absolute: 0.25 } }, 'agrees', true],
  ['outside an absolute tolerance', { ours: 0.76, tolerance: { absolute: 0.25 } }, 'differs', false],
  [
    'inside 3 standard errors',
    { ours: 0.529, standardError: 0.01, tolerance: { standardErrors: 3 } },
    'agrees',
    true,
  ],
  [
    'outside 3 standard errors',
    { ours: 0.531, standardError: 0.01, tolerance: { standardErrors: 3 } },
    'differs',
    false,
  ],
  [
    'a standard error of 0 asks for equality',
    { ours: 0.5000001, standardError: 0, tolerance: { standardErrors: 3 } },
    'differs',
    false,
  ],
  [
    'a standard error of 0 grants equality',
    { standardError: 0, tolerance: { standardErrors: 3 } },
    'agrees',
    true,
  ],
  [
    'parts of a tolerance add up',
    { ours: 0.589, standardError: 0.01, tolerance: { absolute: 0.05, relative: 0.02, standardErrors: 3 } },
    'agrees',
    true,
  ],
  [
    'no further than their sum',
    { ours: 0.591, standardError: 0.01, tolerance: { absolute: 0.05, relative: 0.02, standardErrors: 3 } },
    'differs',
    false,
  ],
  ['at least', { expected: { atLeast: 0.4 } }, 'agrees', true],
  ['not at least', { expected: { atLeast: 0.6 } }, 'differs', false],
  ['at least, within the tolerance', { expected: { atLeast: 0.504 } }, 'agrees', true],
  ['at most', { expected: { atMost: 0.6 } }, 'agrees', true],
  ['not at most', { expected: { atMost: 0.4 } }, 'differs', false],
  ['between', { expected: { between: [0.4, 0.6] } }, 'agrees', true],
  ['below both', { expected: { between: [0.6, 0.7] } }, 'differs', false],
  ['above both', { expected: { between: [0.3, 0.4] } }, 'differs', false],
  ['a known fault that shows', { ours: 0.6, verdict: 'differs' }, 'differs', true],
  ['a known fault that does not show', { verdict: 'differs' }, 'agrees', false],
  ['NaN', { ours: Number.NaN }, 'differs', false],
  ['NaN is no known fault either', { ours: Number.NaN, verdict: 'differs' }, 'differs', false],
  ['infinity is not at least anything', { ours: Infinity, expected: { atLeast: 0 } }, 'differs', false],
  [
    'an infinite standard error allows nothing',
    { standardError: Infinity, tolerance: { standardErrors: 3 } },
    'differs',
    false,
  ],
  [
    'a standard error of NaN allows nothing',
    { standardError: Number.NaN, tolerance: { standardErrors: 3 } },
    'differs',
    false,
  ],
];

// A claimed effect has three outcomes, with margins of 3 · 0.01 around its bound of 0.5.
const claim = { expected: { above: 0.5 }, standardError: 0.01, tolerance: { standardErrors: 3 } };
const opposite = { ...claim, expected: { below: 0.5 } };
verdicts.push(
  ['an effect beyond its margin', { ...claim, ours: 0.531 }, 'agrees', true],
  ['an effect within its margin', { ...claim, ours: 0.529 }, 'not seen', false],
  ['none', { ...claim, ours: 0.5 }, 'not seen', false],
  ['the opposite within the margin', { ...claim, ours: 0.471 }, 'not seen', false],
  ['the opposite beyond it', { ...claim, ours: 0.469 }, 'differs', false],
  ['an effect downwards', { ...opposite, ours: 0.469 }, 'agrees', true],
  ['an effect downwards within its margin', { ...opposite, ours: 0.471 }, 'not seen', false],
  ['upwards instead', { ...opposite, ours: 0.531 }, 'differs', false],
  ['not seen, as expected', { ...claim, ours: 0.529, verdict: 'not seen' }, 'not seen', true],
  ['seen, though not expected', { ...claim, ours: 0.531, verdict: 'not seen' }, 'agrees', false],
  ['the opposite, though not expected', { ...claim, ours: 0.469, verdict: 'not seen' }, 'differs', false],
  [
    'exactly nothing is no effect',
    { expected: { above: 0.5 }, tolerance: { relative: 0 } },
    'not seen',
    false,
  ],
  [
    'a relative tolerance of an effect',
    { expected: { above: 0.5 }, ours: 0.506, tolerance: { relative: 0.01 } },
    'agrees',
    true,
  ],
  ['NaN is not seen either', { ...claim, ours: Number.NaN, verdict: 'not seen' }, 'differs', false],
);

for (const [what, changes, verdict, met] of verdicts)
  test(`verdict: ${what}`, () => {
    const judged = judge(row(changes));
    assert.deepEqual([judged.verdict, judged.met], [verdict, met]);
  });

test('a verdict is what the definition of the tolerance says, for any numbers', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
  const part = fc.double({ noNaN: true, min: 0, max: 10 });
  fc.assert(
    fc.property(
      finite,
      finite,
      part,
      part,
      part,
      part,
      (expected, ours, se, absolute, relative, standardErrors) => {
        const judged = judge(
          row({ expected, ours, standardError: se, tolerance: { absolute, relative, standardErrors } }),
        );
        const margin =
          absolute + relative * Math.abs(expected) + standardErrors * se - Math.abs(ours - expected);
        // within rounding of the edge either verdict is right: 1e-9 is far above 1e6 times the unit roundoff
        if (Math.abs(margin) > 1e-9 * (1 + Math.abs(expected) + Math.abs(ours)))
          assert.equal(judged.met, margin > 0);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

const mistakes: [what: string, changes: object, name: string, message: RegExp][] = [
  ['no quantity', { quantity: '' }, 'TypeError', /^quantity must be a non-empty string; got ""$/],
  ['no source', { source: undefined }, 'TypeError', /^source must be a non-empty string; got undefined$/],
  ['ours a text', { ours: '0.5' }, 'TypeError', /^ours of 'σ² for ReLU' must be a number; got "0.5"$/],
  ['a standard error as text', { standardError: '1' }, 'TypeError', /^standardError of/],
  ['a negative standard error', { standardError: -1 }, 'RangeError', /must be at least 0; got -1$/],
  ['no tolerance', { tolerance: {} }, 'TypeError', /must be given, as expected is a number; got none$/],
  [
    'an unknown part',
    { tolerance: { percent: 1 } },
    'TypeError',
    /^tolerance of .* may have absolute, .*got "percent"$/,
  ],
  ['a negative part', { tolerance: { absolute: -1 } }, 'RangeError', /^tolerance.absolute of .*got -1$/],
  ['a part that is NaN', { tolerance: { relative: Number.NaN } }, 'RangeError', /^tolerance.relative of/],
  [
    'standard errors of nothing',
    { tolerance: { standardErrors: 3 } },
    'TypeError',
    /^standardError of .*got none$/,
  ],
  ['an unknown origin', { how: 'guessed' }, 'RangeError', /'replayed', 'trained'; got "guessed"$/],
  ['an unknown verdict', { verdict: 'fine' }, 'RangeError', /'agrees', 'differs'; got "fine"$/],
  ['a value that is not seen', { verdict: 'not seen' }, 'RangeError', /'agrees', 'differs'; got "not seen"$/],
  [
    'an effect of any size',
    { expected: { above: 0 }, tolerance: {} },
    'TypeError',
    /must be given, as expected is an effect; got none$/,
  ],
  ['expected NaN', { expected: Number.NaN }, 'RangeError', /^expected must lie in .*got NaN$/],
  ['expected infinite', { expected: { atLeast: Infinity } }, 'RangeError', /^expected.atLeast/],
  ['an empty interval', { expected: { between: [2, 1] } }, 'RangeError', /^expected.between\[1\].*got 1$/],
  ['no expectation', { expected: { about: 1 } }, 'TypeError', /^expected must be a number, { atLeast }/],
  ['expected a text', { expected: '1', tolerance: {} }, 'TypeError', /^expected must be a number/],
];

for (const [what, changes, name, message] of mistakes)
  test(`refused: ${what}`, () => {
    assert.throws(() => judge(row(changes as Partial<ComparisonRow>)), { name, message });
  });

test('refused: no rows', () => {
  assert.throws(() => compare([]), { name: 'RangeError', message: /at least one row/ });
});

test('numbers are written to two digits of their standard error', () => {
  const simulated = (ours: number, standardError: number) =>
    written({ ours, standardError, tolerance: { relative: 9 } })[3];
  assert.equal(simulated(0.0331871, 0.000213), '0.03319 ± 0.00021');
  assert.equal(simulated(1.00423, 0.0309), '1.004 ± 0.031');
  assert.equal(simulated(12345, 432), '12350 ± 430');
  assert.equal(simulated(2.4312e-9, 3.14e-11), '(2.431 ± 0.031) × 10⁻⁹');
  assert.equal(simulated(-0.5, 0.1), '−0.50 ± 0.10');
  assert.equal(simulated(1e-9, 5), '0.0 ± 5.0');
  assert.equal(simulated(0, 1e-9), '(0.0 ± 1.0) × 10⁻⁹');
  assert.equal(simulated(0.5, 0), '0.500 ± 0.000');
  assert.equal(simulated(0.5, Number.NaN), '0.500 ± NaN');
});

test('numbers without one are written to two digits of the difference that matters, six if they agree', () => {
  assert.deepEqual(written({ expected: 0.0318, ours: 0.031848123 }).slice(1, 4), [
    '0.0318',
    'closed form',
    '0.031848',
  ]);
  const close = (relative: number) => {
    const row = { expected: -0.123456789012345, ours: -0.123456789012346, tolerance: { relative } };
    const [, expected, , ours] = written(row);
    return [expected, ours];
  };
  assert.deepEqual(close(1e-12), ['−0.123457', '−0.123457']);
  assert.deepEqual(close(1e-15), ['−0.123456789012345', '−0.123456789012346']);
  assert.equal(written({ expected: 0, ours: 0, tolerance: { absolute: 1e-12 } })[3], '0');
  assert.equal(written({ expected: 1e-30, ours: 1.2e-30 })[1], '10⁻³⁰');
});

test('what is expected and how far off it may be', () => {
  const expected = (value: ComparisonRow['expected']) => written({ expected: value })[1];
  assert.equal(expected({ atLeast: 0.25 }), '≥ 0.25');
  assert.equal(expected({ atMost: 0.75 }), '≤ 0.75');
  assert.equal(expected({ between: [0.25, 0.75] }), '0.25 to 0.75');
  assert.equal(expected({ above: 0.25 }), '> 0.25');
  assert.equal(expected({ below: 0 }), '< 0');
  assert.equal(written({ expected: { atLeast: 0.001 }, ours: 1234 })[1], '≥ 0.001');
  assert.equal(written({ expected: 0.00123456, ours: 5, standardError: 1 })[1], '0.001235');
  const tolerance = (value: ComparisonRow['tolerance']) =>
    written({ tolerance: value!, standardError: 1 })[5];
  assert.equal(tolerance({ absolute: 0.02, standardErrors: 3 }), '± 0.02 + 3 SE');
  assert.equal(tolerance({ relative: 0.025 }), '± 2.5 %');
  assert.equal(tolerance({ relative: 1e-12 }), '± 10⁻¹² of it');
});

test('verdicts in words, each note below its row', () => {
  const rows: Partial<ComparisonRow>[] = [
    {},
    { ours: 0.6 },
    { ours: 0.6, verdict: 'differs', note: 'their last batch has 16 images' },
    { verdict: 'differs' },
    { expected: { above: 0.5 }, verdict: 'not seen' },
    { expected: { above: 0.5 } },
    { expected: { above: 0.4 }, verdict: 'not seen' },
  ];
  const lines = formatComparison(rows.map((changes) => judge(row(changes)))).split('\n');
  assert.match(lines[2]!, /agrees$/);
  assert.match(lines[3]!, /DIFFERS$/);
  assert.match(lines[4]!, /differs, as explained$/);
  assert.equal(lines[5], '  their last batch has 16 images');
  assert.match(lines[6]!, /AGREES, though it should not$/);
  assert.match(lines[7]!, / claim not seen$/);
  assert.match(lines[8]!, / CLAIM NOT SEEN$/);
  assert.match(lines[9]!, / AGREES, though it should not$/);
});

test('one output for people and machines', () => {
  const data = shown([row({ ours: 0.502 }), row({ ours: 0.6 })]);
  assert.deepEqual(Object.keys(data), ['text/html', 'text/markdown', 'text/plain', comparisonMimeType]);
  const { rows } = data[comparisonMimeType] as { rows: JudgedRow[] };
  assert.deepEqual(rows, [
    { ...row({ ours: 0.502 }), verdict: 'agrees', met: true },
    { ...row({ ours: 0.6 }), verdict: 'differs', met: false },
  ]);
  assert.equal(data['text/plain'], formatComparison(rows));
  assert.match(String(data['text/html']), /<b>DIFFERS<\/b>/);
  assert.match(String(data['text/html']), /<span title="0.502">/);
  assert.match(String(data['text/markdown']), /\*\*DIFFERS\*\*/);
});

test('nothing in a row becomes HTML or Markdown', () => {
  const text = '<script>alert("x")</script> & | *a* `b` [c]';
  const data = shown([row({ quantity: text, source: text, note: text })]);
  const html = String(data['text/html']);
  assert.equal(html.split('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp;').length, 4);
  assert.doesNotMatch(html, /<script/);
  const markdown = String(data['text/markdown']).split('\n')[2]!;
  assert.equal(markdown.match(/(?<!\\)\|/g)?.length, 8);
  assert.doesNotMatch(markdown, /(?<!\\)[<*`[]/);
});

test('rows read back from JSON keep their verdict, with null for what JSON cannot hold', () => {
  const judged = [
    judge(row({ ours: Number.NaN })),
    judge(row({ standardError: Infinity, tolerance: { standardErrors: 3 } })),
  ];
  const text = formatComparison(JSON.parse(JSON.stringify(judged)) as JudgedRow[]);
  assert.match(text, /NaN .*DIFFERS\n/);
  assert.match(text, /0\.500000 ± NaN .*DIFFERS$/);
});

test('a table of no rows is its header', () => {
  assert.match(formatComparison([]), /^quantity {2}expected/);
});
