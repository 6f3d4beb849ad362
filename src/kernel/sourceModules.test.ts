// Files beside the notebook that cells import. Oracle: what the same files do as ES modules in Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { notebookFolder } from './notebookFolder.testData';

const { home, files, run, expectCells, interrupt } = notebookFolder('sourceModules');

/** Files of a package for `import` alone, whose default is an object. */
const esOnly = {
  'node_modules/esonly/package.json':
    '{ "name": "esonly", "exports": { ".": { "types": "./index.d.mts", "import": "./index.mjs" } } }',
  'node_modules/esonly/index.mjs':
    "export let v = 1; export const set = (to) => { v = to }; export default { name: 'default' }; console.log('esonly')",
  'node_modules/esonly/index.d.mts':
    'export declare let v: number; export declare function set(to: number): void; declare const it: { name: string }; export default it',
  'node_modules/typed/package.json': '{ "name": "typed", "type": "module", "main": "index.js" }',
  'node_modules/typed/index.js': "export const waited = await Promise.resolve('waited')",
  'node_modules/typed/index.d.ts': 'export declare const waited: string',
  'node_modules/common/package.json': '{ "name": "common", "main": "index.js" }',
  'node_modules/common/index.js': 'module.exports = Object.assign(() => 1, { part: 2 })',
  'node_modules/common/index.d.ts':
    'declare function common(): number; declare namespace common { const part: number } export = common',
};

test('files import what cells can: packages for import alone, those that await, ES modules and JSON', async () => {
  files({
    ...esOnly,
    'beside.mjs': 'export const beside = await Promise.resolve(5)',
    'data.json': '{ "n": 7 }',
    'uses.ts': `import it, { v, set } from 'esonly'; import * as all from 'esonly'; import { waited } from 'typed';
import { beside } from './beside.mjs'; import common, { part } from 'common'; import data, { n } from './data.json';
import * as path from 'node:path'; import fs, { existsSync } from 'node:fs';
export { v as again } from 'esonly'; export * from 'typed'; export * as whole from 'typed';
export const all1 = [it.name, v, Object.keys(all), waited, beside, common(), part, data.n, n, path.sep.length, fs.existsSync === existsSync];
export const later = async () => { set(2); return [v, (await import('esonly')).v, (await import('./beside.mjs')).beside] };`,
    'through.ts': "export * from './uses'; export const through = true;",
  });
  await expectCells(
    [
      "import { all1, again, waited, whole, later, through } from './through';\n[...all1, again, waited, whole.waited, through].join()",
      `'default,1,default,set,v,waited,5,1,2,7,7,1,true,1,waited,waited,true'`,
    ],
    ['await later()', '[ 2, 2, 5 ]'],
    ["(await import('./uses')).all1 === all1", 'true'],
    ["require('./uses').all1 === all1", 'true'],
  );
});

test('import.meta of a file is that of the file', async () => {
  files({
    'sub/meta.ts':
      'export const { url, filename, dirname } = import.meta; export const next = import.meta.resolve("./a.js");\nexport const common = [__filename, __dirname];',
    'sub/a.js': '',
    'sub/idiom.ts': `import { createRequire } from 'node:module'; import { dirname } from 'node:path'; import { fileURLToPath } from 'node:url';
const require = createRequire(import.meta.url); const __filename = fileURLToPath(import.meta.url); const __dirname = dirname(__filename);
const module = require('./a.js'); export const place = [module, __filename, __dirname];`,
  });
  await expectCells(
    [
      "import * as m from './sub/meta'; import { pathToFileURL } from 'node:url';\n" +
        '[m.url === String(pathToFileURL(m.filename)), m.next === new URL("a.js", m.url).href, m.common[0] === m.filename, m.common[1] === m.dirname]',
      '[ true, true, true, true ]',
    ],
    ['m.filename', `'${home}/sub/meta.ts'`],
    [
      "import { place } from './sub/idiom'; [place[0], place[2] === m.dirname, place[1].slice(place[2].length)]",
      "[ {}, true, '/idiom.ts' ]",
    ],
  );
});

test('files that await at their top level are run once, after what they import', async () => {
  files({
    'first.ts': "console.log('first');",
    'slow.ts':
      "console.log('slow begins'); import './first';\nexport const q = await new Promise<number>((done) => setTimeout(() => done(1), 30));\nfor await (const one of [1, 2]) console.log('slow', one);",
    'beside.ts': "import { q } from './slow'; console.log('beside', q); export const b = 10 * q;",
    'top.ts':
      "import './first'; import { b } from './beside'; import { q } from './slow'; console.log('top'); export const sum = q + b;",
    'lazy.ts': "export const { q } = await import('./slow'); export const again = () => import('./slow');",
  });
  const { written, value } = await run("import { sum } from './top'; import { q } from './slow'; [sum, q]");
  assert.equal(value, '[ 11, 1 ]');
  assert.equal(written, 'first\nslow begins\nslow 1\nslow 2\nbeside 1\ntop\n');
  await expectCells(
    ["(await import('./slow')).q", '1'],
    ["import { q as q2, again } from './lazy'; [q2, (await again()).q]", '[ 1, 1 ]'],
    ["require('./top').sum", '11'],
  );
});

test('imports at the same time share one run, and cycles end', async () => {
  files({
    'slow.ts':
      "console.log('slow'); await new Promise((done) => setTimeout(done, 50)); export const value = {};",
    'a.ts':
      "import { g } from './b'; export function f() { return 1 } await null; export const sum = g() + 1;",
    'b.ts': "import { f, sum } from './a'; export const g = () => 10; export const later = () => f() + sum;",
    'c.ts': "import { h } from './d'; export function k() { return 3 } export const both = h + 1;",
    'd.ts': "import { k } from './c'; export const h = k() + 1;",
  });
  const { written, value } = await run(
    "const [x, y] = await Promise.all([import('./slow'), import('./slow')]); x.value === y.value",
  );
  assert.deepEqual([written, value], ['slow\n', 'true']);
  await expectCells(
    ["import { sum } from './a'; import { later } from './b'; [sum, later()]", '[ 11, 12 ]'],
    ["import { both } from './c'; both", '5'],
  );
});

test('require of a file that awaits says what to do', async () => {
  files({
    'awaits.ts': 'export const q = await Promise.resolve(1);',
    'through.ts': "export { q } from './awaits';",
  });
  const refused =
    /^Error: require\('\.\/through'\) cannot wait for .*awaits\.ts, which awaits at its top level: write await import\('\.\/through'\)$/;
  await expectCells(
    ["require('./through').q", refused],
    ["(await import('./through')).q", '1'],
    ["require('./through').q", '1'],
  );
});

test('a changed file that awaits, or that such a file imports, is run anew', async () => {
  files({
    'inner.ts': 'export const n = 1;',
    'outer.ts': "import { n } from './inner'; export const m = await Promise.resolve(n);",
  });
  await expectCells(["import { m } from './outer'; m", '1']);
  await sleep(20); // the time of a change has a few milliseconds
  files({ 'inner.ts': 'export const n = 2;' });
  await expectCells(
    ["import { m } from './outer'; m", '2'],
    ["import { m as same } from './outer'; same", '2'],
  );
});

test('errors of files that await name their lines, and the next import runs them anew', async () => {
  files({
    'fails.ts':
      "const state = globalThis as { tries?: number };\nstate.tries = (state.tries ?? 0) + 1;\nawait null;\nif (state.tries < 3) throw new Error('not yet');\nexport const tries = state.tries;",
    'through.ts': "export { tries } from './fails';",
  });
  const { error, traceback } = await run("import { tries } from './through'; tries");
  assert.equal(error, 'Error: not yet');
  assert.match(traceback.join('\n'), /\bfails\.ts:4:28/);
  await expectCells(
    ["import { tries } from './fails'; tries", /^Error: not yet/],
    ["import { tries } from './through'; tries", '3'],
  );
});

test('an interrupt of a cell that waits for a file ends its loading: the next import begins anew', async () => {
  files({
    'never.ts': `const state = globalThis as { tries?: number };
state.tries = (state.tries ?? 0) + 1;
if (state.tries === 1) await new Promise(() => {});
if (state.tries === 2) { await new Promise((done) => setTimeout(done, 1500)); state.tries = -1; }
if (state.tries === 3) { await null; for (;;); }
export const tries = state.tries;`,
    'after.ts': "import { tries } from './never'; export const after = tries;",
  });
  for (let i = 1; i <= 3; i++) {
    const cell = run("import { after } from './after'; after");
    await sleep(600);
    await interrupt();
    assert.match((await cell).error ?? '', /^KeyboardInterrupt/);
    if (i === 2) await sleep(1500); // what was interrupted does not go on
  }
  await expectCells(["import { after } from './after'; after", '4']);
});

test('imported names of variables follow their modules, in every cell, until they are declared anew', async () => {
  files({
    'live.ts':
      'export let n = 0; export var [m, k] = [0, 0]; export const c = 1;\nexport function inc() { n++; m = n; k = n; return n }\nexport { n as default };',
    'through.ts': "export { n as renamed, inc } from './live';",
    'node_modules/esm/package.json': '{ "name": "esm", "type": "module", "main": "i.js" }',
    'node_modules/esm/i.js': 'export let total = 0; export const add = (x) => { total += x }',
    'node_modules/esm/i.d.ts':
      'export declare let total: number; export declare const add: (x: number) => void',
  });
  await expectCells(
    ["import d, { n, m, k, c, inc } from './live'; inc(); inc(); [d, n, m, k, c]", '[ 2, 2, 2, 2, 1 ]'],
    ['const showN = () => n; inc(); [n, showN(), { n }.n, typeof n]', "[ 3, 3, 3, 'number' ]"],
    ["import { renamed } from './through'; inc(); [renamed, n]", '[ 4, 4 ]'],
    ["import { total, add } from 'esm'; add(5); total", '5'],
    ['add(1); total', '6'],
    ['n = 7', /Cannot assign to 'n' because it is an import/],
    ["let n = 'own'; inc(); [n, showN(), m]", "[ 'own', 'own', 5 ]"],
    ["n = 'changed'; showN()", "'changed'"],
    ["for (n of ['in a loop']); function k() { return n } [showN(), k()]", "[ 'in a loop', 'in a loop' ]"],
    ["import { n } from './live'; inc(); [n, showN()]", '[ 6, 6 ]'],
    ["throw new Error('x'); let n = 0", /^Error: x/],
    ['inc(); n', '7'],
  );
});

test('a variable of cells may become an imported one that changes, and what is imported anew is followed', async () => {
  files({ 'live.ts': 'export let window = 0, v = 0; export const inc = () => { window++; v++ };' });
  await expectCells(
    ["let v = 'own'; const window = 'own'"],
    ["import type { v } from './live'; let w: typeof v = 3; w", '3'],
    ["let v = 'own'"],
    [
      "import { window, v, inc } from './live'; inc(); [window, v, typeof (globalThis as any).window]",
      "[ 1, 1, 'undefined' ]",
    ],
    ['inc(); const show = () => [window, v]; show()', '[ 2, 2 ]'],
  );
  await sleep(20); // the time of a change has a few milliseconds
  files({ 'live.ts': 'export let window = 10, v = 10; export const inc = () => { window++; v++ };' });
  await expectCells(
    ['inc(); show()', '[ 3, 3 ]'],
    ["import { window, v, inc } from './live'; inc(); [...show(), v]", '[ 11, 11, 11 ]'],
  );
});
