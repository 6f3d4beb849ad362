// What cells do with names and modules. Oracle: TypeScript and Node themselves; where a notebook differs from one
// program (redeclaring, going on after an error), Deno's and Node's REPLs.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { notebookFolder } from './notebookFolder.testData';

const { folder, home, files, run, expectCells, interrupt } = notebookFolder('cells');

describe('names of cells', () => {
  test('closures of earlier cells see later assignments', () =>
    expectCells(
      ['let x = 1; function f() { return x }'],
      ['x = 2; f()', '2'],
      ["x = 'a'", /Type 'string' is not assignable to type 'number'/],
      ["let x = 'now a string'; x.length", '12'],
      ['f()', "'now a string'"],
      ['const k = 3'],
      ['k = 4', /Cannot assign to 'k' because it is a constant/],
      ['const k = { changed: true }; k', '{ changed: true }'],
    ));

  test('constants of earlier cells have the types that they have in their own', () =>
    expectCells(
      ["const n = 64, yes = true, word = 'a', exactly = 64 as const, one: 1 | 2 = 1"],
      [
        'let m = n, no = yes, other = word; m = 8; no = false; other = "b"; [m, no, other]',
        "[ 8, false, 'b' ]",
      ],
      ['const f = (width = n) => 2 * width; f(4)', '8'],
      ['let e = exactly; e = 8', /Type '8' is not assignable to type '64'/],
      ['const two: 2 = one', /is not assignable to type '2'/],
    ));

  test('what was declared before an error stays; what was not keeps its old value, or stays unknown', () =>
    expectCells(
      ['const kept = 1'],
      [
        "const before = 5; function hoisted() { return before }; throw new Error('late'); const kept = 'new'; let later = 7",
        /^Error: late/,
      ],
      ['[before, kept, hoisted()]', '[ 5, 1, 5 ]'],
      ['later', /Cannot find name 'later'/],
      ['kept.toFixed(1)', "'1.0'"],
    ));

  test('what was declared before an interrupt stays, also after an await', async () => {
    for (const loop of ['while (true) {}', 'for (;;) await new Promise((done) => setTimeout(done, 1))']) {
      const cell = run(`const reached = '${loop}'; let count = 1; ${loop}; let beyond = 1`);
      await new Promise((resolve) => setTimeout(resolve, 400));
      await interrupt();
      assert.match((await cell).error!, /^KeyboardInterrupt/);
      await expectCells(['[reached, count]', `[ '${loop}', 1 ]`], ['beyond', /Cannot find name 'beyond'/]);
    }
  });

  test('everything that can be declared crosses cells, and can be declared anew', () =>
    expectCells(
      ['namespace N { export const v = 1 }'],
      ['1 + 1', '2'],
      ['N.v', '1'],
      ['export const ex = 3'],
      ['ex', '3'],
      ['const make = () => class { private v = 1; get() { return this.v } }'],
      ['new (make())().get()', '1'],
      ['enum E { A = 1, B } class C { v = E.A } type T = { c: C }; interface I<X> { x: X }'],
      ['const t: T = { c: new C() }; const i: I<number> = { x: t.c.v }; i.x', '1'],
      ["class C { v = 'new' } type T = { c: C }; const t: T = { c: new C() }; t.c.v", "'new'"],
      ['enum E { Z = 9 } E', "{ '9': 'Z', Z: 9 }"],
      ['E.A', /Property 'A' does not exist on type 'typeof E'/],
      ['const enum K { P = 4 }'],
      ['K.P + 1', '5'],
      ['abstract class Base<T> { constructor(public readonly v: T) {} abstract m(): T }'],
      ['class D extends Base<number> { m() { return this.v * 2 } }; new D(21).m()', '42'],
      [
        'function over(a: string): string; function over(a: number): number; function over(a: any) { return a }',
      ],
      ['over(3).toFixed(1)', "'3.0'"],
    ));

  test('an enum or namespace is merged within its cell', () =>
    expectCells(
      ['enum E { A = 1 } enum E { B = 2 } namespace E { export const both = E.A + E.B }'],
      ['[E.A, E.B, E.both]', '[ 1, 2, 3 ]'],
    ));

  test('patterns, loops and var', () =>
    expectCells(
      [
        'const { a, b: { c: [c1, ...cs] }, d = 7, ...rest } = { a: 1, b: { c: [2, 3, 4] }, e: 5 } as any; let q: number, w = 3',
      ],
      ['[a, c1, cs, d, rest, q, w]', '[ 1, 2, [ 3, 4 ], 7, { e: 5 }, undefined, 3 ]'],
      [
        'const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); for (var j = 0; j < 2; j++); if (j) { var inner = 8 }',
      ],
      ['[fs.map((g) => g()), j, inner]', '[ [ 0, 1, 2 ], 2, 8 ]'],
      ['for (var key in { p: 1 }); for (var [one] of [[5]]); [key, one]', "[ 'p', 5 ]"],
      ['var key; key', "'p'"],
      ['let w; w', undefined],
      ['const e5 = early(); function early() { return 5 }'],
      ['e5', '5'],
      ['let p1, p2; ({ p1, b: p2 = 3 } = { p1: 10 } as any); [p1, p2]', '[ 10, 3 ]'],
      ['let once = 1, twice = once + 1; [once, twice]', '[ 1, 2 ]'],
      [
        'async function* gen() { yield 1; yield 2 }; let total = 0; for await (const x of gen()) total += x; total',
        '3',
      ],
    ));

  test('recursion and static members mean the function and class themselves', () =>
    expectCells(
      [
        'let calls = 0; function fib(n: number): number { calls++; return n < 2 ? n : fib(n - 1) + fib(n - 2) } fib(5)',
        '5',
      ],
      [
        'class Counter { static made = 0; static { Counter.made = 5 } static again = Counter.made + 1 } Counter.again',
        '6',
      ],
      ['fib.name + Counter.name', "'fibCounter'"],
      ['let $cell = 5, $turns = 6; for (let i = 0; i < 3; i++) {} [$cell, $turns]', '[ 5, 6 ]'],
    ));

  test('functions and classes are called as they were written, whatever their variable is called', () =>
    expectCells(
      [
        'class Node { static made = 0; static { Node.made = 1 } v = 1 } const old = Node; new Node()',
        'Node { v: 1 }',
      ],
      [
        'class Node { static is(v: unknown) { return v instanceof Node } } [Node.name, Node.is(new Node()), old.made]',
        "[ 'Node', true, 1 ]",
      ],
      ['class Event extends Error {} throw new Event("x")', /^Event: x/],
      [
        'const test = () => 1, Image = class {}; function stop() {} [test.name, Image.name, stop.name]',
        "[ 'test', 'Image', 'stop' ]",
      ],
      [
        'let { find = () => 1 } = {} as any; [find.name, (find = function () {} as any).name]',
        "[ 'find', 'find' ]",
      ],
    ));

  test('modules do not see them', () => {
    files({
      'node_modules/looks/index.js': `module.exports = () => [typeof window, typeof document, typeof define, typeof name,
        process.version, typeof Buffer, console === globalThis.console, typeof tf].join(' ')`,
      'node_modules/looks/package.json': '{ "name": "looks", "main": "index.js" }',
      'node_modules/looks/index.d.ts': 'export default function look(): string',
    });
    return expectCells(
      ['const window = 5, document = 6, name = "n", Buffer = 7, tf = 8; let define = (x: number) => x + 1'],
      ['const process = { argv: [1] }; const console = { log(x: number) { return x } }'],
      [
        '[window, { window, process }, console.log(document), define(name.length)]',
        '[ 5, { window: 5, process: { argv: [Array] } }, 6, 2 ]',
      ],
      ['(({ window }: { window: number }) => window)({ window: 9 })', '9'],
      [
        'function own(process: number) { const name = process; return { name, window } } own(3)',
        '{ name: 3, window: 5 }',
      ],
      ['const { window: w2 } = { window: 1 }; ({ window } as any).window + w2', '6'],
      [
        "import look from 'looks'; look()",
        `'undefined undefined undefined undefined ${process.version} function true undefined'`,
      ],
    );
  });

  test('declarations of global things hold on', () =>
    expectCells(
      [
        'declare global { interface Array<T> { last2(): T } }\nArray.prototype.last2 = function () { return this[this.length - 1] };\n0',
        '0',
      ],
      ['[1, 2, 3].last2()', '3'],
      ['1 + 1', '2'],
      ['["a"].last2().length', '1'],
    ));

  test('twenty cells in a chain, and a cell that fails to compile in between', async () => {
    await run('const v0 = 1');
    for (let i = 1; i <= 20; i++) {
      await run(`const v${i} = v${i - 1} + 1`);
      if (i === 10) await run('v10.nothing');
    }
    assert.equal((await run('v20')).value, '21');
  });
});

describe('values', () => {
  test('of the last expression, whatever it is', () =>
    expectCells(
      ['{ a: 1, b: 2 }', '{ a: 1, b: 2 }'],
      ['{ let block = 1; block }', undefined],
      ['null', 'null'],
      ['undefined', undefined],
      ['() => 1', '[Function (anonymous)]'],
      ['Promise.resolve(4)', 'Promise { 4 }'],
      ['await (1)', '1'],
      ["await (await fetch('data:,x')).text()", "'x'"],
      ['"use strict"', "'use strict'"],
      ['const s = 1; s;', '1'],
      ['// nothing', undefined],
    ));

  test('top-level using is disposed of at the end of its cell', async () => {
    const { value, written } = await run(
      'using r = { [Symbol.dispose]() { console.log("disposed") } }; const kept = 4; console.log("body"); kept + 1',
    );
    assert.deepEqual([value, written], ['5', 'body\ndisposed\n']);
    assert.equal((await run('kept')).value, '4');
  });
});

describe('modules', () => {
  test('a failed import harms no later cell, and what is installed meanwhile is found', async () => {
    await expectCells(["import s from './late.json'", /Cannot find module '.\/late.json'/]);
    files({ 'late.json': '{ "a": 1 }', 'other.json': '2' });
    await expectCells(['1 + 1', '2'], ["import s from './late.json'; s.a", '1']);
    await expectCells(["import { later } from 'later'", /Cannot find module 'later'/]);
    files({
      'node_modules/later/package.json': '{ "name": "later", "main": "index.js" }',
      'node_modules/later/index.js': 'exports.later = 3',
      'node_modules/later/index.d.ts': 'export declare const later: number',
    });
    await expectCells(["import { later } from 'later'; later", '3']);
  });

  test('packages with an entry for import alone, or with types in their exports', async () => {
    files({
      'node_modules/modern/package.json':
        '{ "name": "modern", "type": "module", "exports": { ".": { "types": "./index.d.ts", "import": "./index.js" }, "./sub": { "types": "./sub.d.ts", "import": "./sub.js" } } }',
      'node_modules/modern/index.js': 'export const one = 1; export default function two() { return 2 }',
      'node_modules/modern/index.d.ts':
        'export declare const one: number; export default function two(): number',
      'node_modules/modern/sub.js': 'export const three = await Promise.resolve(3)',
      'node_modules/modern/sub.d.ts': 'export declare const three: number',
    });
    await expectCells(
      ["import two, { one } from 'modern'; [one, two()]", '[ 1, 2 ]'],
      ["import { three } from 'modern/sub'; three", '3'],
      ["(await import('modern')).one", '1'],
      ["import * as all from 'modern'; all.one", '1'],
      ["import { none } from 'modern/missing'", /Cannot find module 'modern\/missing'/],
    );
  });

  test('TypeScript files beside the notebook and elsewhere, JSON with attributes, plain JavaScript', async () => {
    files({
      '../src/util.ts':
        "import { deep } from './deep';\nexport const g = (x: number): number => deep(x) + 1;",
      '../src/deep.ts': 'export const deep = (x: number): number => 2 * x;',
      'local.ts': 'export enum Local { A = 5 }',
      'view.tsx':
        'const React = { createElement: (kind: string) => kind };\ndeclare namespace JSX { interface IntrinsicElements { b: {} } }\nexport const view = <b/>;',
      'a.json': '{ "n": 7 }',
      'plain.js':
        'exports.loose = (x) => x.nothing ?? undefinedName2 ?? 1; var x = "a"; x = 2; exports.x = x;',
    });
    await expectCells(
      ["import { g } from '../src/util'; g(3)", '7'],
      ["import { Local } from './local.ts'; Local.A", '5'],
      ["import { view } from './view'; view", "'b'"],
      ["import a from './a.json' with { type: 'json' }; a.n", '7'],
      ["import { x } from './plain'; x", '2'],
      ["require('../src/util').g(1)", '3'],
    );
  });

  test('a changed file is loaded anew by the next import', async () => {
    files({ 'changing.ts': 'export const version: number = 1' });
    await expectCells(["import { version } from './changing'; version", '1']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    files({ 'changing.ts': "export const version: string = 'two'" });
    await expectCells(["import { version } from './changing'; version.length", '3']);
  });

  test('symlinked packages and inferred types that cannot be named', async () => {
    files({
      '../linked/package.json': '{ "name": "linked", "main": "index.js" }',
      '../linked/index.js': 'exports.make = () => ({ inner: 1 })',
      '../linked/index.d.ts': "import { Inner } from './inner'; export declare function make(): Inner",
      '../linked/inner.d.ts': 'export interface Inner { inner: number }',
    });
    mkdirSync(join(home, 'node_modules'), { recursive: true });
    symlinkSync(join(folder, 'linked'), join(home, 'node_modules', 'linked'));
    await expectCells(
      ["import { make } from 'linked'; const h = make()"],
      ['h.inner', '1'],
      ["const m = await import('node:path')"],
      ["m.posix.basename('/a/b')", "'b'"],
    );
  });

  test('what Node and current TypeScript know', () =>
    expectCells(
      ['[3, 1, 2].toSorted()', '[ 1, 2, 3 ]'],
      [
        'function twice(value: any, context: ClassMethodDecoratorContext) { return function (this: any) { return 2 * value.call(this) } }',
      ],
      ['class Decorated { @twice m() { return 4 } } new Decorated().m()', '8'],
      ['const point = { x: 1 } satisfies { x: number }; point', '{ x: 1 }'],
      ['typeof import.meta.url + typeof import.meta.dirname', "'stringstring'"],
      ['require("node:path").basename(__dirname) + typeof __filename', "'notebooksstring'"],
    ));

  test('one instance of a package per kernel, however it is imported; and tslab is not loaded for nothing', () =>
    expectCells(
      [
        'Object.keys(require.cache).filter((file) => /[\\\\/](tslab|typescript-for-tslab)[\\\\/]/.test(file)).length',
        '0',
      ],
      [
        "import { loadTensorFlow } from 'fracmoment/tensorflow'; const { tf, backend } = await loadTensorFlow()",
      ],
      [
        "const own = await import(backend === 'tensorflow' ? '@tensorflow/tfjs-node' : '@tensorflow/tfjs'); [own.engine() === tf.engine(), (await import('@tensorflow/tfjs')).engine() === tf.engine()]",
        '[ true, true ]',
      ],
      ["import * as a from 'fracmoment'"],
      [
        "const b = require('fracmoment'); const c = await import('fracmoment'); [a.relu === b.relu, c.relu === b.relu]",
        '[ true, true ]',
      ],
    ));

  test('a module written in a cell, as tslab has it', () =>
    expectCells(
      ['/** @module mine */ export const m: number = 5'],
      ["import { m } from './mine'; m + 1", '6'],
      ['/** @module mine */ export const m: string = "anew"'],
      ["import { m } from './mine'; m.length", '4'],
      [
        '/** @jsx @module look */ const React = { createElement: (kind: string) => kind };\nexport const look = <p>1</p>;',
      ],
      ["import { look } from './look'; look", "'p'"],
      ['/** @browser */ export const x = 1', /browser mode .* is not supported/],
    ));
});

describe('errors', () => {
  test('of imported TypeScript files name their own lines', async () => {
    files({
      'lines.ts': `${'// a comment\n'.repeat(13)}export function f(): never { throw new Error('deep') }`,
    });
    const { traceback } = await run("import { f } from './lines';\nf()");
    assert.ok(
      traceback.some((line) => line.includes('lines.ts:14:')),
      traceback.join('\n'),
    );
    assert.ok(
      traceback.some((line) => line.includes('cell [1]:2:')),
      traceback.join('\n'),
    );
  });

  test('of a cell that is too much for the compiler say so, and the next one runs', async () => {
    for (const code of [`${'('.repeat(2e4)}1${')'.repeat(2e4)}`, Array(2e4).fill('1').join(' + ')]) {
      const { error, traceback } = await run(code);
      assert.match(
        error!,
        /^RangeError: the cell is nested too deeply, or a term in it is too long, for TypeScript/,
      );
      assert.doesNotMatch(traceback.join('\n'), /typescript/);
      assert.equal((await run("const fits: string = 'x'; fits")).value, "'x'");
    }
  });

  test('of a cell read as an object are placed as it was written', async () => {
    const { error } = await run('{ a: 1, b: nothing }');
    assert.match(error!, /1:12 - Cannot find name 'nothing'/);
  });

  test('lead with the line of the cell, and leave out what the library does inside', async () => {
    const { traceback } = await run(
      "import { momentPreservingStd, relu } from 'fracmoment';\nconst s = 3;\n\tmomentPreservingStd({ activation: relu, s, width: 8 })",
    );
    assert.deepEqual(traceback, [
      'RangeError: s must lie in [0.01, 2]; got 3',
      'cell [1], line 3:',
      '    \tmomentPreservingStd({ activation: relu, s, width: 8 })',
      '    \t^',
      '    at cell [1]:3:2',
    ]);
  });

  test('of a name that the library exports say from where', async () => {
    const { traceback } = await run('relu');
    assert.equal(traceback[1], "  'relu' is exported by 'fracmoment': import { relu } from 'fracmoment'");
    const { error } = await run('loadTensorFlow()');
    assert.match(error!, /is exported by 'fracmoment\/tensorflow'/);
  });

  test('of syntax lie in the cell, and are marked in its columns', async () => {
    assert.deepEqual((await run('let y = (1')).traceback, [
      "1:11 - ')' expected.",
      '    let y = (1',
      '              ~',
    ]);
    assert.deepEqual((await run("'🙂' + nothing")).traceback.slice(1), [
      "    '🙂' + nothing",
      '           ~~~~~~~',
    ]);
  });
});

test('edited files of every kind are read anew, also when they were edited right after they were loaded', async () => {
  files({
    'a.json': '{ "a": 1 }',
    'b.js': 'exports.b = 1;',
    'c.ts': 'export const c = 1;',
    'd.ts': "export { d } from './e.js';",
    'e.js': 'exports.d = 1;',
    'f.ts': "await null; export { f } from './g.js';",
    'g.js': 'exports.f = 1;',
  });
  const cell = `import a from './a.json';
import { b } from './b.js';
import { c } from './c';
import { f } from './f';
import { d } from './d';
[a.a, b, c, d, f]`;
  assert.equal((await run(cell)).value, '[ 1, 1, 1, 1, 1 ]');
  await sleep(20); // the time of a change has a few milliseconds
  files({ 'a.json': '{ "a": 2 }', 'b.js': 'exports.b = 2;', 'c.ts': 'export const c = 2;' });
  assert.equal((await run(cell)).value, '[ 2, 2, 2, 1, 1 ]');
  await sleep(20);
  files({ 'e.js': 'exports.d = 2;' });
  assert.equal((await run(cell)).value, '[ 2, 2, 2, 2, 1 ]');
  await sleep(20);
  files({ 'g.js': 'exports.f = 2;' });
  assert.equal((await run(cell)).value, '[ 2, 2, 2, 2, 2 ]');
});

test('imported TypeScript files are checked with the cell, and again when one that they import changes', async () => {
  files({
    'inner.ts': 'export const inner: number = 1;',
    'outer.ts': "import { inner } from './inner';\nexport const doubled: number = 2 * inner;",
    'wrong.ts': "export const size: number = 'AAA';",
    'node.ts': "import { randomBytes } from 'crypto';\nexport const bytes = randomBytes(8);",
  });
  await expectCells(
    [
      "import { size } from './wrong'; size",
      /wrong\.ts:1:14 - Type 'string' is not assignable to type 'number'/,
    ],
    ["import { size } from './wrong'; size", /wrong\.ts:1:14/],
    ["import { doubled } from './outer'; doubled", '2'],
    ['size', /Cannot find name 'size'/],
    ["import { bytes } from './node'; bytes.length", '8'],
    ["import { bytes } from './node'; bytes.size", /Property 'size' does not exist on type '\w*Buffer/],
  );
  await sleep(20); // the time of a change has a few milliseconds
  files({ 'inner.ts': "export const inner: string = '1';" });
  await expectCells(["import { doubled } from './outer'; doubled", /outer\.ts:2:36 - The right-hand side/]);
});

test('a module that an imported file lacks is found when it is there, also once it has been away', async () => {
  files({ 'middle.ts': "import { late } from './late';\nexport const m = late + 1;" });
  const cell = "import { m } from './middle'; m";
  await expectCells([cell, /middle\.ts:1:22 - Cannot find module '\.\/late'/]);
  files({ 'late.ts': 'export const late = 1;' });
  await expectCells([cell, '2']);
  rmSync(join(home, 'late.ts'));
  await expectCells([cell, /Cannot find module/]);
  files({ 'late.ts': 'export const late = 5;' });
  await expectCells([cell, '6']);
});

test('files are checked where they are imported, however that is written, and nowhere else', async () => {
  files({
    'half.ts': "export const wrong: number = 'x'; export const right = 1;",
    'around.ts': "export const around = async () => (await import('./half')).right;",
    'fine.ts': 'export const fine = 1;',
  });
  await expectCells(
    ["(await import('./half')).right", /half\.ts:1:14/],
    ["import { around } from './around'; await around()", /half\.ts:1:14/],
    ["import { fine } from './fine'; fine", '1'],
  );
  await sleep(20);
  files({ 'fine.ts': "export const fine: number = 'broken';" });
  await expectCells(['[typeof fine]', "[ 'number' ]"]);
});

test('a syntax error of an imported file names its place', async () => {
  files({ 'broken.ts': 'export const a = 1;\nexport const b = ;\n' });
  assert.match(
    (await run("import { a } from './broken';\na")).error ?? '',
    /broken\.ts:2:18 - Expression expected/,
  );
});
