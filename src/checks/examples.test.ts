import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import * as main from '../index';
import * as tensorflow from '../tensorflow/index';

/*
 * Every public function's @example is run. A line `expression // value` is checked against the digits shown; the other
 * lines are statements before it. The examples are taken from the declarations, where an editor shows them from.
 */

const dist = path.resolve(__dirname, '..');
/** What both entries of the package export. */
const fracmoment = { ...main, ...tensorflow };

interface Example {
  name: string;
  lines: string[];
}

function examples(): Example[] {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.d.ts') && !/\.(test|bench)\.d\.ts$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(path.join(dist, file), 'utf8');
      const declaration = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export declare (?:function|const|class) (\w+)/g;
      return [...text.matchAll(declaration)].map(([, comment, name]) => ({
        name: name!,
        lines: exampleLines(comment!),
      }));
    })
    .filter(({ name }) => name in fracmoment);
}

function exampleLines(comment: string): string[] {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const start = lines.findIndex((line) => line.startsWith('@example'));
  if (start < 0) return [];
  const end = lines.findIndex((line, i) => i > start && line.startsWith('@'));
  return lines
    .slice(start + 1, end < 0 ? undefined : end)
    .filter((line) => line.trim() !== '' && !line.startsWith('```'));
}

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

function compile(lines: string[]): string {
  return lines
    .map((line) => {
      const check = /^(.*\S)\s*\/\/ (.+)$/.exec(line);
      if (!check) return line;
      const expression = check[1]!.replace(/;$/, '');
      return `shows(${expression}, ${JSON.stringify(check[2])}, ${JSON.stringify(line)});`;
    })
    .join('\n');
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
    const names = Object.keys(fracmoment);
    const body = new Function('shows', ...names, `return (async () => {\n${compile(lines)}\n})()`) as (
      ...args: unknown[]
    ) => Promise<void>;
    await body(shows, ...Object.values(fracmoment));
    assert.ok(
      checked > 0 || lines.some((line) => /\b(show|compare|progress|display)\w*\(/.test(line)),
      'nothing is checked',
    );
  });
}
