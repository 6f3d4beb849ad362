// Interrupts at random moments: each ends the cell that it was meant for, and nothing else. The seed is fixed; set
// FRACMOMENT_INTERRUPTS to another number of them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomStream } from '../core/random';
import { type Cell, result, runCell } from './cellRequests.testData';
import { type Kernel, startKernel } from './client';
import { within } from './within';

const INTERRUPTS = Number(process.env.FRACMOMENT_INTERRUPTS ?? 200);

const wideUnion = Array.from({ length: 300 }, (_, i) => `{ kind: ${i}; x${i}: number }`).join(' | ');

/** What is interrupted. Where `ends` is true the cell may end before. */
const CELLS: { what: string; code?: string; ends?: boolean; longest?: number }[] = [
  { what: 'compilation', code: `type U = ${wideUnion}; const u: U = { kind: 7, x7: 1 }; u`, ends: true },
  { what: 'a synchronous loop', code: 'while (true) {}' },
  { what: 'a synchronous loop in a function', code: 'const spin = () => { for (;;); }; spin()' },
  { what: 'library code', code: "'x'.repeat(40).match(/(x+)+y/)" },
  { what: 'library code after an await', code: "await null; 'x'.repeat(40).match(/(x+)+y/)" },
  { what: 'an await', code: 'await new Promise(() => {})' },
  { what: 'a loop of awaits', code: 'for (;;) await null' },
  { what: 'an import', code: "import { slow } from './slow';\nfor (;;) await slow" },
  {
    what: 'an import of a file that awaits',
    code: "import { awaits } from './awaits';\nfor (;;) await awaits",
  },
  {
    what: 'a timer',
    code: 'await new Promise(() => setInterval(() => { for (let i = 0; i < 1e5; i++); }, 1))',
  },
  {
    what: 'a type that takes the compiler many seconds',
    code: `type Zeros<A extends any[], N> = A['length'] extends N ? A : Zeros<[...A, 0], N>;
      type Pairs<A extends any[]> = { [I in keyof A]: { [J in keyof A]: [I, J] } };
      type Pair = Pairs<Zeros<[], 999>>; const pair: Pair[5][7] = 1 as any`,
  },
  { what: 'a child process', code: "require('node:child_process').execSync('sleep 60')" },
  {
    what: 'an awaited child process',
    code: "await require('node:util').promisify(require('node:child_process').exec)('sleep 60')",
  },
  { what: 'display', code: "for (;;) { console.log('x'); if (Math.random() < 0.01) await null }" },
  { what: 'a flood of output', code: "for (;;) { process.stdout.write('x'.repeat(1e6)); await null }" },
  {
    what: 'microtasks without end',
    code: 'const again = () => queueMicrotask(again); again(); await new Promise(() => {})',
  },
  { what: 'a tick of library code', code: "process.nextTick(() => 'x'.repeat(40).match(/(x+)+y/)); 1" },
  {
    what: 'work that begins anew when interrupted',
    code: 'const anew = async () => { try { for (;;) await null } catch { await anew() } }; await anew()',
  },
  { what: 'work that catches everything', code: 'for (;;) try { await null } catch {}' },
  { what: 'the end of a cell', code: 'await null; 1', ends: true, longest: 40 },
  { what: 'an idle kernel' },
];

const folder = mkdtempSync(join(__dirname, '..', 'test-interrupts-'));
let kernel: Kernel;

before(async () => {
  writeFileSync(
    join(folder, 'slow.ts'),
    'const start = Date.now(); while (Date.now() - start < 50);\nexport const slow = 1;',
  );
  writeFileSync(
    join(folder, 'awaits.ts'),
    "for (let i = 0; i < 50; i++) await new Promise((done) => setTimeout(done, 1));\nexport { slow as awaits } from './slow';",
  );
  kernel = await startKernel(folder);
});
after(async () => {
  await kernel.kill();
  rmSync(folder, { recursive: true });
});

const interrupt = () => kernel.request('interrupt_request', {}, { channel: 'control' });

function run(code: string, onBusy?: () => void): Promise<Cell> {
  return within(runCell(kernel, code, {}, onBusy), {
    seconds: 60,
    late: `no reply in a minute to: ${code}`,
    signal: undefined,
  });
}

test(`${INTERRUPTS} interrupts at random moments`, async (t) => {
  const random = randomStream(2005, 11878);
  let slowest = 0;
  for (let i = 0; i < INTERRUPTS; i++) {
    const { what, code, ends = false, longest = 150 } = CELLS[i % CELLS.length]!;
    const delay = random.uniform() * longest;
    const twice = random.uniform() < 0.2;
    const where = `${i}: ${what}, after ${delay.toFixed(1)} ms${twice ? ', twice' : ''}`;
    let cell: Promise<Cell> | undefined;
    // not before the kernel has heard of it: the request and the interrupt take different ways
    if (code !== undefined)
      await new Promise<void>((busy) => {
        cell = run(code, busy);
      });
    await sleep(delay);
    const start = performance.now();
    await interrupt();
    if (twice) {
      await sleep(random.uniform() * 5);
      await interrupt();
    }
    if (cell) {
      const { reply, outputs } = await cell;
      const { status, ename } = reply;
      outputs.length = 0; // a flood is not to be kept
      slowest = Math.max(slowest, performance.now() - start);
      const expected = ends && status === 'ok' ? 'ok' : 'KeyboardInterrupt';
      assert.equal(status === 'ok' ? 'ok' : ename, expected, where);
    }
    const next = await run('1 + 1');
    assert.deepEqual([next.reply.status, result(next)], ['ok', '2'], where);
  }
  t.diagnostic(`the slowest ended after ${slowest.toFixed(0)} ms`);
});
