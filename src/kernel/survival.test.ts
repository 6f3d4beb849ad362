// What a cell leaves behind, and what it breaks: the kernel lives on, and the next cell is served. The oracle is what
// that cell gives.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cell, failure, result, runCell, text, types } from './cellRequests.testData';
import { type Kernel, startKernel } from './client';
import { within } from './within';

let kernel: Kernel;
before(async () => {
  kernel = await startKernel(process.cwd());
});
after(() => kernel.kill());

const run = (code: string): Promise<Cell> =>
  within(runCell(kernel, code), { seconds: 60, late: `no reply in a minute to: ${code}`, signal: undefined });
const interrupt = () => kernel.request('interrupt_request', {}, { channel: 'control' });

async function nextCellIsServed(message: string): Promise<void> {
  const cell = await run('1 + 1');
  assert.deepEqual([cell.reply.status, result(cell)], ['ok', '2'], message);
}

describe('an interrupt ends what outlives its cell', () => {
  for (const code of [
    'setTimeout(() => { for (;;); }, 50); 1',
    'setInterval(() => { for (;;); }, 50); 1',
    "setTimeout(() => 'x'.repeat(60).match(/(x+)+y/), 50); 1",
    '(async () => { await new Promise((resolve) => setTimeout(resolve, 50)); for (;;) await null; })(); 1',
    'const micro = () => queueMicrotask(micro); setTimeout(micro, 50); 1',
    'const tick = () => process.nextTick(tick); setTimeout(tick, 50); 1',
  ])
    test(code, async () => {
      assert.equal((await run(code)).reply.status, 'ok');
      await sleep(100);
      const waiting = run('await new Promise((resolve) => setTimeout(resolve, 50)); 3');
      await sleep(20);
      await interrupt();
      const { status, ename } = (await waiting).reply;
      assert.ok(status === 'ok' || ename === 'KeyboardInterrupt', `${status} ${ename}`);
      await nextCellIsServed(code);
    });
});

describe('functions of the language that a cell removes or replaces are put back', () => {
  for (const [code, restored] of [
    ['Array.prototype.push = undefined as any; 1', 'Array.prototype.push'],
    ['(Array.prototype as any)[Symbol.iterator] = undefined; 1', 'Array.prototype[Symbol.iterator]'],
    ['await null; delete (Promise.prototype as any).then; await null; 1', 'Promise.prototype.then'],
    ['delete (globalThis as any).Map; 1', 'Map'],
    ['Array.prototype.push = () => 5; 1', 'Array.prototype.push'],
    ['(Promise.prototype as any).then = () => 5; 1', 'Promise.prototype.then'],
    ['(globalThis as any).Promise = class {}; 1', 'Promise'],
    ["JSON.stringify = () => 'x'; 1", 'JSON.stringify'],
    ['globalThis.JSON = null as any; 1', 'JSON'],
    ['globalThis.Math = { max: () => 7 } as any; 1', 'Math'],
    [
      'setTimeout(() => { delete (Map.prototype as any).get; }, 1); await new Promise((go) => setTimeout(go, 20)); 1',
      'Map.prototype.get',
    ],
  ] as const)
    test(code, async () => {
      const cell = await run(code);
      assert.equal(result(cell), '1');
      assert.match(text(cell, 'stderr'), /^restored (.*), which the kernel needs\n$/);
      assert.ok(text(cell, 'stderr').includes(restored), text(cell, 'stderr'));
      await nextCellIsServed(code);
    });

  test('and what misleads every object is taken away', async () => {
    const cell = await run(
      '(Object.prototype as any).toJSON = () => 5; (Object.prototype as any).value = 5; 1',
    );
    assert.equal(result(cell), '1');
    assert.match(
      text(cell, 'stderr'),
      /^restored Object\.prototype without toJSON, Object\.prototype without value,/,
    );
    assert.equal(failure(await run("throw new Error('as usual')")).evalue, 'as usual');
  });

  test('those that concern cells alone stay, and cells are compiled without them', async () => {
    await run('const { random, max } = Math; Math.random = () => 0.5; Math.max = () => -1;');
    assert.equal(result(await run('[Math.random(), Math.max(1, 2)]')), '[ 0.5, -1 ]');
    await run('Object.assign(Math, { random, max });');
  });

  test('the console is no such function: it clears the output, and cells may replace its methods', async () => {
    assert.deepEqual(types(await run('console.clear()')), ['clear_output']);
    await run(
      'const seen: unknown[] = []; const { log } = console; console.log = (x: unknown) => seen.push(x);',
    );
    await run("console.log('kept');");
    const cell = await run('console.log = log; seen');
    assert.deepEqual([result(cell), text(cell, 'stderr')], ["[ 'kept' ]", '']);
  });
});

describe('errors that nothing catches', () => {
  test('fail their cell also where they are undefined', async () => {
    for (const code of [
      'throw undefined',
      'Promise.reject(undefined); 1',
      'setTimeout(() => { throw undefined; }, 1); await new Promise((go) => setTimeout(go, 50)); 1',
    ])
      assert.deepEqual([failure(await run(code)).evalue, code], ['undefined', code]);
  });

  test('are all told: the first as the error, the others on stderr', async () => {
    const code = "Promise.reject(new Error('a')); Promise.reject(new Error('b')); throw new Error('c')";
    const cell = await run(code);
    assert.equal(failure(cell).evalue, 'c');
    for (const message of ['a', 'b'])
      assert.match(text(cell, 'stderr'), new RegExp(`^Error: ${message}$`, 'm'));
  });

  test('fail their cell after it has removed all listeners, and reach its own', async () => {
    await run('process.removeAllListeners(); 1');
    for (const code of [
      "Promise.reject(new Error('gone')); 1",
      "setTimeout(() => { throw new Error('gone'); }, 1); await new Promise((go) => setTimeout(go, 50)); 1",
    ])
      assert.equal(failure(await run(code)).evalue, 'gone');
    await nextCellIsServed('removed listeners');
    await run("process.on('uncaughtException', (error) => console.log('heard', error.message));");
    const cell = await run(
      "setTimeout(() => { throw new Error('told'); }, 1); await new Promise((go) => setTimeout(go, 50));",
    );
    assert.equal(failure(cell).evalue, 'told');
    assert.match(text(cell), /^heard told$/m);
    assert.equal((await run('process.setUncaughtExceptionCaptureCallback(null)')).reply.status, 'error');
  });
});

test('an interrupt that cuts work short ends the cell at the next such work', async () => {
  await run("import { untilInterrupted } from 'fracmoment';\nlet trainings = 0;");
  const cell = run(`for (;;) {
  await untilInterrupted((signal) => new Promise((end) => signal.addEventListener('abort', () => end(0))));
  trainings++;
}`);
  await sleep(300);
  await interrupt();
  assert.equal(failure(await cell).ename, 'KeyboardInterrupt');
  assert.equal(result(await run('trainings')), '1');
});

test('TensorFlow.js works after an interrupt of reports', async () => {
  await run(`import { initializationReport } from 'fracmoment';
import { loadTensorFlow } from 'fracmoment/tensorflow';
const { tf } = await loadTensorFlow();
const dense = (rest = {}) => tf.layers.dense({ units: 64, activation: 'relu', ...rest });
const model = tf.sequential({ layers: [dense({ inputShape: [64] }), ...Array.from({ length: 19 }, () => dense())] });
const inputs = tf.randomNormal([64, 64], 0, 1, 'float32', 1);
const square = (x: any) => tf.mul(x, x);`);
  for (const delay of [30, 400, 900]) {
    const cell = run('for (;;) await initializationReport(model, { inputs, seed: 1 });');
    await sleep(delay);
    await interrupt();
    assert.equal(failure(await cell).ename, 'KeyboardInterrupt');
    assert.equal(result(await run('tf.grad(square)(tf.scalar(3)).dataSync()[0]')), '6');
  }
});

test('charts are shown after an interrupt of one', async () => {
  await run("import { chart, line, show } from 'fracmoment';");
  const show = "await show(chart({ title: 't', x: 'x', y: 'y', marks: [line([1, 2], [1, 4])] }));";
  for (const delay of [1, 30, 100, 300, 500]) {
    const shown = run(`${show} for (;;) await null;`);
    await sleep(delay);
    await interrupt();
    assert.equal((await shown).reply.ename, 'KeyboardInterrupt');
  }
  const cell = await run(show);
  assert.deepEqual([cell.reply.status, types(cell).at(-1)], ['ok', 'display_data']);
});

test('a cell may begin with a line for the shell', async () => {
  assert.equal(result(await run('#!/usr/bin/env node\n1 + 2')), '3');
});

test('a comm_open without its id is answered', async () => {
  kernel.request('comm_open', { target_name: 'x' }).catch(() => {}); // has no reply
  await nextCellIsServed('comm_open');
});
