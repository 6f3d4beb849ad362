import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transpileModule } from 'typescript-for-cells';
import * as node from './engine';
import * as browser from './engine.browser';

// Oracle: Node's own
test('places in scripts are traced to where Node traces them', () => {
  const code =
    'const a = (x: number): number =>\n  x > 0 ? a(x - 1) : JSON.parse("{");\nenum E { A, B }\na(E.B);\n';
  const { outputText, sourceMapText } = transpileModule(code, { compilerOptions: { sourceMap: true } });
  const [ours, theirs] = [browser.sourceMapOf(sourceMapText!), node.sourceMapOf(sourceMapText!)];
  const lines = outputText.split('\n').slice(0, -1);
  let traced = 0;
  for (const [line, text] of lines.entries())
    for (let column = 0; column < text.length; column++) {
      const found = ours(line, column);
      if (!found) continue; // before the first token of a line Node gives the last of the line above
      assert.deepEqual(found, theirs(line, column), `${line}:${column}`);
      traced++;
    }
  assert.ok(traced > 50, `${traced} places`);
});

test("the language's global names are those of Node", () => {
  const missing = Array.from(node.languageNames).filter((name) => !browser.languageNames.includes(name));
  // what only Node has beside the language
  assert.deepEqual(
    missing.filter(
      (name) => !/^(?:WebAssembly|SuppressedError|\w*DisposableStack|Float16Array|console)$/.test(name),
    ),
    [],
  );
  for (const name of ['setTimeout', 'process', 'fetch', 'URL'])
    assert.ok(!browser.languageNames.includes(name), name);
});

test('errors are recognized, whatever else a value looks like', () => {
  const values = [
    new Error('x'),
    new RangeError('x'),
    { name: 'Error', message: 'x', stack: '' },
    'Error',
    null,
    undefined,
  ];
  assert.deepEqual(values.map(browser.isNativeError), values.map(node.isNativeError));
});
