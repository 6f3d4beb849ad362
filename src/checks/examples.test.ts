import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { examples, fracmoment, run } from './examples';

/*
 * Every public function's @example is run. A line `expression // value` is checked against the digits shown; the other
 * lines are statements before it.
 */

/** A number as shown: it stands for all that round to it. Integers are meant exactly. */
class Shown {
  readonly value: number;
  readonly tolerance: number;
  constructor(text: string) {
    this.value = Number(text);
    const [mantissa, exponent = '0'] = text.split('e') as [string, string?];
    const decimals = mantissa.split('.')[1]?.length;
    this.tolerance =
      decimals === undefined ? Math.abs(this.value) * 1e-9 : 0.5000001 * 10 ** (Number(exponent) - decimals);
  }
}

/** The value that is shown, its numbers as `Shown`. */
function parse(text: string): unknown {
  const marked = text.replace(/'[^']*'|"[^"]*"|(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/g, (token) =>
    /^['"]/.test(token) ? token : `new Shown('${token}')`,
  );
  return runInNewContext(`(${marked})`, { Shown });
}

function assertShown(actual: unknown, shown: unknown, line: string): void {
  if (shown instanceof Shown) {
    const { value, tolerance } = shown;
    assert.ok(
      typeof actual === 'number' && Math.abs(actual - value) <= tolerance,
      `${line}\n  gave ${actual}`,
    );
  } else if (typeof shown === 'object' && shown !== null && typeof actual === 'object' && actual !== null) {
    assert.equal(Object.keys(actual).length, Object.keys(shown).length, line);
    for (const [key, value] of Object.entries(shown))
      assertShown((actual as Record<string, unknown>)[key], value, line);
  } else assert.deepEqual(actual, shown, line);
}

const all = examples();

test('every public function has an example', () => {
  const shown = new Set(all.filter(({ lines }) => lines.length > 0).map(({ name }) => name));
  const functions = Object.entries(fracmoment).filter(([, value]) => typeof value === 'function');
  assert.deepEqual(
    functions.map(([name]) => name).filter((name) => !shown.has(name)),
    [],
  );
});

for (const { name, lines } of all.filter((example) => example.lines.length > 0)) {
  test(`the example of ${name}`, async () => {
    let checked = 0;
    const shows = (actual: unknown, text: string, line: string) => {
      checked++;
      assertShown(actual, parse(text), line);
    };
    await run(lines, fracmoment, shows);
    assert.ok(
      checked > 0 || lines.some((line) => /\b(show|compare|progress|display)\w*\(/.test(line)),
      'nothing is checked',
    );
  });
}
