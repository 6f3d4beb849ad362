import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnsOf, escapeText, textLines, wrapText } from './text';

test('what is no tag is drawn as written, and tags stay', () => {
  for (const [text, expected] of [
    ['a < b', 'a < b'],
    ['a > b', 'a > b'],
    ['s<1 or s>1', 's&lt;1 or s>1'],
    ['a<1 or b<2 or c>3', 'a&lt;1 or b&lt;2 or c>3'],
    ['a<b & c>d', 'a&lt;b & c>d'],
    ['<script>x</script>', '&lt;script>x&lt;/script>'],
    ['<strong>x</strong>', '&lt;strong>x&lt;/strong>'],
    ['<br/>', '&lt;br/>'],
    ['s<1 <b>or</b>', 's<1 <b>or</b>'],
    ['x<sup>2</sup> <B>b</B> a<br>b<br />c', 'x<sup>2</sup> <B>b</B> a<br>b<br />c'],
    [
      `<span style="color: red">a</span><a href='b'>c</a>`,
      `<span style="color: red">a</span><a href='b'>c</a>`,
    ],
  ] as const)
    assert.equal(escapeText(text), expected);
});

test('an escaped text has no tags but those of Plotly, and reads as before', () => {
  const part = fc.constantFrom(
    '<',
    '>',
    '/',
    ' ',
    '&',
    'a',
    'b',
    'br',
    'span',
    '1',
    '=',
    '"',
    '<b>',
    '</sub>',
    'style',
  );
  const property = fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
    const text = parts.join('');
    const escaped = escapeText(text);
    assert.equal(escaped.replaceAll('&lt;', '<'), text);
    assert.equal(escapeText(escaped), escaped);
    for (const [tag] of escaped.matchAll(/<[^<>]*>/g))
      assert.match(tag, /^<\/?(?:sup|sub|s|u|b|i|a|span|em|br)(?:[ /]*| +\w+ *= *".*)>$/);
  });
  fc.assert(property, { seed: 1, numRuns: 2000 });
});

test('long titles are broken into even lines, broken ones are left alone', () => {
  assert.equal(wrapText('short', 20), 'short');
  assert.equal(wrapText('one two three four five six', 20), 'one two three<br>four five six');
  assert.equal(wrapText('a very long title<br>by its author', 10), 'a very long title<br>by its author');
  assert.equal(wrapText('a 20-character-word-is cut', 10), 'a<br>20-charact<br>er-word-is<br>cut');
  assert.equal(wrapText('<i>abcdef</i>', 4), '<i>abcd<br>ef</i>');
  assert.equal(wrapText('&mu;&mu;&mu;&mu;', 3), '&mu;&mu;&mu;<br>&mu;', 'an entity is one character');
  assert.equal(
    wrapText('深さとともに下がる損失', 12),
    '深さとともに<br>下がる損失',
    'a wide character counts twice',
  );
  assert.equal(wrapText('<b>bold</b> <i>words</i>', 10), '<b>bold</b> <i>words</i>', 'tags do not count');
  assert.equal(wrapText('a <span style="color: red">b</span>', 3), 'a <span style="color: red">b</span>');
  assert.equal(wrapText('a title that would leave one word 1', 32), 'a title that would<br>leave one word 1');
  assert.equal(
    wrapText('CIFAR-10: in linear networks s = 1 has a small lead on Kaiming', 54),
    'CIFAR-10: in linear networks<br>s = 1 has a small lead on Kaiming',
  );
  assert.equal(wrapText('nearly normal at depth 100', 23), 'nearly normal<br>at depth 100');
  assert.equal(wrapText('an order s ≤ −1 here', 13), 'an order<br>s ≤ −1 here');
  assert.equal(wrapText('a = 1 000 000', 8), 'a = 1<br>000 000', 'a phrase longer than a line');
  for (const line of wrapText('a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii', 20).split('<br>'))
    assert.ok(line.length <= 20, line);
});

test('signs of relations are no tags to the breaking of lines', () => {
  const text = 'for s<1 the norm of width<64 networks vanishes, while for s>1 it explodes';
  const lines = textLines(wrapText(text, 30));
  assert.equal(lines.join(' ').replaceAll('&lt;', '<'), text);
  assert.deepEqual(
    lines.map((line) => columnsOf(line) <= 30),
    [true, true, true],
  );
  assert.equal(wrapText('of order s < 1 if x > 2', 16), 'of order s &lt; 1<br>if x > 2');
});
