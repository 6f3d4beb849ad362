// The kernel, spoken to as a front-end speaks to it. Oracles: the Jupyter messaging specification 5.3, and the
// behaviour of ipykernel where that leaves a choice.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as zmq from 'zeromq';
import { hasEnded } from '../platform/drafts';
import { failure, result, runCell, text, types } from './cellRequests.testData';
import { freePorts, type Kernel, startKernel } from './client';
import {
  address,
  CANNOT_LISTEN,
  CONNECTION_FOLDER,
  type Connection,
  createHeader,
  encode,
  type JsonRecord,
  type Message,
} from './wire';

// inside the package, so that cells can import it by name
const folder = mkdtempSync(join(__dirname, '..', 'test-kernel-'));
let kernel: Kernel;

const run = (code: string, options: JsonRecord = {}, where = kernel) => runCell(where, code, options);

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'waited 20 s in vain');
    await sleep(20);
  }
}

before(async () => {
  kernel = await startKernel(folder);
});
after(async () => {
  await kernel.kill();
  rmSync(folder, { recursive: true });
});

describe('a cell', () => {
  test('is announced, counted and answered with the value of its last expression', async () => {
    const seen: Message[] = [];
    const request = { code: 'const answer: number = 6 * 7\nanswer', silent: false, store_history: true };
    const reply = await kernel.request('execute_request', request, {
      onOutput: (message) => seen.push(message),
    });
    assert.deepEqual(
      seen.map(({ header, content }) => [header.msg_type, content.execution_state ?? content]),
      [
        ['status', 'busy'],
        ['execute_input', { code: request.code, execution_count: 1 }],
        ['execute_result', { execution_count: 1, data: { 'text/plain': '42' }, metadata: {} }],
        ['status', 'idle'],
      ],
    );
    assert.deepEqual(reply, { status: 'ok', execution_count: 1, user_expressions: {}, payload: [] });
    assert.equal((await run('answer + 1')).reply.execution_count, 2);
  });

  test('shows a value in the formats that the value has itself', async () => {
    const code = `({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'one', 'text/html': '<b>1</b>' }) })`;
    const { outputs } = await run(code);
    const shown = outputs.find(({ type }) => type === 'execute_result')!.content.data;
    assert.deepEqual(shown, { 'text/plain': 'one', 'text/html': '<b>1</b>' });
  });

  test('may await, and imports the package by its name', async () => {
    assert.equal(
      result(await run("import { leakyRelu } from 'fracmoment';\n(await leakyRelu(0.25)).lower")),
      '0.25',
    );
    assert.equal(result(await run('let sum = 0; for await (const x of [1, 2]) sum += x;\nsum')), '3');
  });

  test('tells variables of earlier cells from properties of their names', async () => {
    await run('const width = 64; let depth = 3; const shape = { width: 1, depth: 2 };');
    for (const [code, expected] of [
      ['({ width, depth })', '{ width: 64, depth: 3 }'],
      ['({ width: width + 1 })', '{ width: 65 }'],
      ['const { width: own } = shape;\nown', '1'],
      ['const twice = (width: number) => ({ width, depth });\ntwice(5)', '{ width: 5, depth: 3 }'],
      ['({ depth } = shape);\ndepth', '2'],
      ['({ depth = 7 } = {} as { depth?: number });\ndepth', '7'],
      ['({ width: depth } = shape);\ndepth', '1'],
    ] as const)
      assert.equal(result(await run(code)), expected, code);
  });

  test('that is silent says nothing and is not counted', async () => {
    const { execution_count } = (await run('1')).reply;
    const cell = await run('console.log(1); 2', { silent: true });
    assert.deepEqual(cell.outputs, []);
    assert.deepEqual([cell.reply.status, cell.reply.execution_count], ['ok', execution_count]);
  });

  test('keeps every line of a flood, in order, in few messages', async () => {
    const cell = await run('for (let i = 0; i < 50_000; i++) console.log(i)');
    const lines = Array.from({ length: 50_000 }, (_, i) => `${i}\n`);
    assert.ok(text(cell) === lines.join(''));
    assert.ok(cell.outputs.length < 500, `${cell.outputs.length} messages`);
  });

  test('sees a stdout that calls back, decodes and joins split characters', async () => {
    const code = `
      await new Promise((done) => process.stdout.write('c3bc', 'hex', done));
      const sigma = Buffer.from('σ');
      process.stdout.write(sigma.subarray(0, 1)); process.stdout.write(sigma.subarray(1));
      process.stdout.write('\\n')`;
    assert.equal(text(await run(code)), 'üσ\n');
  });

  test('shows warnings without the process id, so that it always prints the same', async () => {
    assert.equal(
      text(await run("process.emitWarning('careful'); await null"), 'stderr'),
      'Warning: careful\n',
    );
  });

  test('cannot end the kernel by process.exit', async () => {
    assert.match(
      String(failure(await run('process.exit(3)')).evalue),
      /process\.exit\(3\) would end the kernel/,
    );
  });
});

describe('a failure', () => {
  test('of compilation tells line, column and the compiler’s words', async () => {
    const cell = await run("import { relu } from 'fracmoment';\nconst slope: string = relu.lower;");
    assert.deepEqual(types(cell), ['error']);
    assert.deepEqual(failure(cell), {
      ename: 'TypeScript error',
      evalue: "2:7 - Type 'number' is not assignable to type 'string'.",
      traceback: [
        "2:7 - Type 'number' is not assignable to type 'string'.",
        '    const slope: string = relu.lower;',
        '          ~~~~~',
      ],
    });
  });

  test('of a function tells the lines of the cells, not of the JavaScript made from them', async () => {
    const declared = await run(
      'interface Unused { x: number }\n\n// why\nfunction fail(): void {\n  throw new RangeError("no");\n}',
    );
    const cell = await run('await null;\nfail();');
    assert.deepEqual(failure(cell).traceback, [
      'RangeError: no',
      `cell [${declared.reply.execution_count}], line 5:`,
      '      throw new RangeError("no");',
      '            ^',
      `    at fail (cell [${declared.reply.execution_count}]:5:9)`,
      `    at cell [${cell.reply.execution_count}]:2:1`,
    ]);
  });

  for (const [what, code, ename, evalue] of [
    ['thrown error', "throw new TypeError('a')", 'TypeError', 'a'],
    ['thrown string', "throw 'b'", 'Thrown', "'b'"],
    ['error of a named class', "class Odd extends Error {}\nthrow new Odd('c')", 'Odd', 'c'],
    ['awaited rejection', "await Promise.reject(new Error('d'))", 'Error', 'd'],
    ['rejection nothing awaits', "Promise.reject(new Error('e')); 1", 'Error', 'e'],
    [
      'later rejection nothing awaits',
      "(async () => { await null; throw new Error('f') })(); 1",
      'Error',
      'f',
    ],
    [
      'exception in a timer',
      "setTimeout(() => { throw new Error('g') }); await new Promise(() => {})",
      'Error',
      'g',
    ],
  ] as const)
    test(`by a ${what} is one error`, async () => {
      const cell = await run(code);
      assert.deepEqual(types(cell), ['error']);
      const error = failure(cell);
      assert.deepEqual([error.ename, error.evalue], [ename, evalue]);
    });

  test('besides another is told on stderr', async () => {
    const cell = await run("Promise.reject(new Error('second')); throw new Error('first')");
    assert.equal(failure(cell).evalue, 'first');
    assert.match(text(cell, 'stderr'), /^Error: second\n {4}at cell/);
  });

  test('aborts the cells sent after it, unless they are to run', async () => {
    const abort = await Promise.all([run("throw new Error('h')"), run('1'), run('2')]);
    assert.deepEqual(
      abort.map(({ reply }) => reply.status),
      ['error', 'aborted', 'aborted'],
    );
    assert.equal((await run('3')).reply.status, 'ok');
    const goOn = await Promise.all([run("throw new Error('i')", { stop_on_error: false }), run('1')]);
    assert.deepEqual(
      goOn.map(({ reply }) => reply.status),
      ['error', 'ok'],
    );
  });
});

describe('output after the end of a cell', () => {
  test('goes to the cell that caused it', async () => {
    const first = await run("setTimeout(() => console.log('late'), 200)");
    const second = await run("await new Promise((done) => setTimeout(done, 400)); console.log('mine')");
    await until(() => text(first) !== '');
    assert.deepEqual([text(first), text(second)], ['late\n', 'mine\n']);
  });

  test('includes errors, on its stderr', async () => {
    const first = await run("setTimeout(() => Promise.reject(new Error('too late')), 100); 0");
    assert.equal(first.reply.status, 'ok');
    await run('await new Promise((done) => setTimeout(done, 300))');
    await until(() => text(first, 'stderr') !== '');
    assert.match(text(first, 'stderr'), /^Error: too late\n {4}at .*cell \[\d+\]:1:33/);
  });

  test('includes what its worker threads print', async () => {
    const code = `import { Worker } from 'node:worker_threads';
      const worker = new Worker("setTimeout(() => console.log('from the worker'), 100)", { eval: true });`;
    const first = await run(code);
    await run("await new Promise((done) => worker.once('exit', done))");
    await until(() => text(first) !== '');
    assert.equal(text(first), 'from the worker\n');
  });
});

describe('rich output', () => {
  const host = "const host = (globalThis as any)[Symbol.for('fracmoment.cell')];";

  test('of several formats is shown and updated in place', async () => {
    const cell = await run(`${host}
      host.display({ data: { 'text/plain': 'σ', 'text/html': '<b>σ</b>' }, metadata: { a: 1 } }, { displayId: 'd' });
      host.display({ data: { 'text/plain': 'τ' } }, { displayId: 'd', update: true });
      host.display({ data: { 'text/plain': 'υ' } }, {});`);
    assert.deepEqual(cell.outputs, [
      {
        type: 'display_data',
        content: {
          data: { 'text/plain': 'σ', 'text/html': '<b>σ</b>' },
          metadata: { a: 1 },
          transient: { display_id: 'd' },
        },
      },
      {
        type: 'update_display_data',
        content: { data: { 'text/plain': 'τ' }, metadata: {}, transient: { display_id: 'd' } },
      },
      { type: 'display_data', content: { data: { 'text/plain': 'υ' }, metadata: {}, transient: {} } },
    ]);
  });

  test('that cannot be sent fails in the cell', async () => {
    assert.match(
      String(failure(await run("host.display({ data: { 'text/plain': 1n } }, {})")).evalue),
      /BigInt/,
    );
  });

  test('of tslab works on', async () => {
    const cell = await run(`import * as tslab from 'tslab';
      tslab.display.png(Buffer.from('png'));
      const shown = tslab.newDisplay(); shown.html('1'); shown.html('2');`);
    assert.deepEqual(types(cell), ['display_data', 'display_data', 'update_display_data']);
    assert.deepEqual(
      cell.outputs.map(({ content }) => content.data),
      [{ 'image/png': 'cG5n' }, { 'text/html': '1' }, { 'text/html': '2' }],
    );
  });
});

describe('interrupt', () => {
  const interrupt = () => kernel.request('interrupt_request', {}, { channel: 'control' });

  for (const [what, code] of [
    ['a synchronous loop', 'while (true) {}'],
    ['a synchronous loop after an await', 'await null; do turns++; while (turns > 0)'],
    ['an asynchronous loop that never yields', 'for (;;) await null'],
    ['an asynchronous loop that catches errors', 'for (;;) { try { await null } catch {} }'],
    [
      'a loop over timers that prints',
      'for (;;) { await new Promise((r) => setTimeout(r, 5)); console.log(turns++) }',
    ],
    ['an endless for await', 'for await (const x of (async function* () { for (;;) yield 1 })()) turns += x'],
    ['synchronous code outside the cell', "'x'.repeat(40).match(/(x+)+y/)"],
    ['the same after an await', "await null; 'x'.repeat(40).match(/(x+)+y/)"],
    ['the same in a timer', "setTimeout(() => 'x'.repeat(40).match(/(x+)+y/)); await new Promise(() => {})"],
    [
      'a value that takes forever to show itself',
      "({ [Symbol.for('nodejs.util.inspect.custom')]: () => 'x'.repeat(40).match(/(x+)+y/) })",
    ],
    ['a sleeping thread', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'],
    ['a wait for a child process', "require('node:child_process').execSync('sleep 60; echo')"],
    [
      'an await of a child process',
      "await new Promise((r) => require('node:child_process').exec('sleep 60; echo', r))",
    ],
    ['an interval', 'setInterval(() => turns++, 5); await new Promise(() => {})'],
    [
      'a call that honours the signal',
      "await new Promise((_, no) => host.signal.addEventListener('abort', () => no(host.signal.reason)))",
    ],
  ] as const)
    test(`ends ${what}; the next cell is clean`, async () => {
      await run('let turns = 1');
      const endless = run(code);
      await sleep(300);
      await interrupt();
      assert.equal(failure(await endless).ename, 'KeyboardInterrupt');
      const next = await run(
        "const then = turns; await new Promise((r) => setTimeout(r, 50)); console.log('clean'); turns - then",
      );
      assert.deepEqual([text(next), result(next)], ['clean\n', '0']);
    });

  test('lets a cell clean up, and aborts the cells after it', async () => {
    const [endless, next] = [
      run("try { for (;;) await null } finally { console.log('cleaned up') }"),
      run('1'),
    ];
    await sleep(300);
    await interrupt();
    assert.equal(text(await endless), 'cleaned up\n');
    assert.equal((await next).reply.status, 'aborted');
  });

  const partial =
    "const got = await host.untilInterrupted((signal) => new Promise((r) => signal.addEventListener('abort', () => r('partial'))));";

  test('ends work that returns what it has; the cell goes on, the cells after it do not start', async () => {
    const [cut, next] = [run(`${partial} console.log('goes on')`), run('1')];
    await sleep(300);
    await interrupt();
    const { reply } = await cut;
    assert.deepEqual([reply.status, text(await cut)], ['ok', 'goes on\n']);
    assert.equal((await next).reply.status, 'aborted');
    await sleep(100);
    assert.equal(result(await run('got')), "'partial'");
  });

  test('a second time ends the cell', async () => {
    for (const after of ['for (;;) await null', 'await host.untilInterrupted(() => new Promise(() => {}))']) {
      const cell = run(`{ ${partial} } ${after}`);
      await sleep(300);
      await interrupt();
      await sleep(100);
      // work that takes no notice of it
      if (after.startsWith('await')) await interrupt();
      await interrupt();
      assert.equal(failure(await cell).ename, 'KeyboardInterrupt');
    }
    assert.equal(result(await run('1 + 1')), '2');
  });

  test('a failure elsewhere in the cell ends such work too', async () => {
    const cell = await run(`setTimeout(() => { throw new RangeError('no') }, 20); ${partial}`);
    assert.equal(failure(cell).ename, 'RangeError');
    await sleep(100);
    assert.equal(result(await run('1 + 1')), '2');
  });

  test('of an idle kernel does nothing', async () => {
    assert.deepEqual(await interrupt(), { status: 'ok' });
    assert.equal(result(await run('let i = 0; for (; i < 5; i++) {}\ni')), '5');
  });

  // a front-end sends a message, as the kernelspec asks for; Node hears signals between tasks alone
  test('by SIGINT ends what awaits', { skip: process.platform === 'win32' }, async () => {
    const endless = run('for (;;) await new Promise((r) => setTimeout(r, 5))');
    await sleep(300);
    kernel.process.kill('SIGINT');
    assert.equal(failure(await endless).ename, 'KeyboardInterrupt');
  });
});

describe('while code is written', () => {
  const ask = (type: string, code: string, cursor_pos = [...code].length) =>
    kernel.request(type, { code, cursor_pos });

  test('names are completed, positions counted in characters', async () => {
    await run("import { leakyRelu, relu } from 'fracmoment'");
    const reply = await ask('complete_request', "'𝜎'; relu.lo");
    assert.deepEqual([reply.matches, reply.cursor_start, reply.cursor_end], [['lower'], 10, 12]);
  });

  test('doc comments are shown, also from among the arguments', async () => {
    for (const code of ['leakyRelu', 'leakyRelu(', 'leakyRelu(Math.abs(0.1), ', 'leakyRelu({ neg']) {
      const reply = await ask('inspect_request', code);
      assert.equal(reply.found, true, code);
      const data = reply.data as Record<string, string>;
      assert.match(
        data['text/plain']!,
        /^(?:function )?leakyRelu\(negativeSlope: number\): Activation\n\nCreates a Leaky ReLU activation: .*\n\nParameters\n {2}negativeSlope {2}0 or a number/s,
      );
      assert.match(
        data['text/markdown']!,
        /^```typescript\n(?:function )?leakyRelu.*\*\*Example\*\*\n\n```typescript\nleakyRelu\(0\.01\)/s,
      );
    }
    for (const code of ['  ', 'noSuchName'])
      assert.deepEqual(await ask('inspect_request', code), {
        status: 'ok',
        found: false,
        data: {},
        metadata: {},
      });
  });

  test('a console learns whether it is complete', async () => {
    assert.deepEqual(await ask('is_complete_request', 'const x = 1'), { status: 'complete' });
    assert.deepEqual(await ask('is_complete_request', 'if (x) {'), { status: 'incomplete', indent: '  ' });
  });

  test('earlier cells are found', async () => {
    await run("'needle'");
    const tail = await kernel.request('history_request', { hist_access_type: 'tail', n: 1 });
    const [[, line, input]] = tail.history as [[number, number, string]];
    assert.equal(input, "'needle'");
    const search = await kernel.request('history_request', {
      hist_access_type: 'search',
      pattern: '*nee?le*',
    });
    assert.deepEqual(search, tail);
    const range = await kernel.request('history_request', {
      hist_access_type: 'range',
      start: line,
      stop: line + 1,
    });
    assert.deepEqual(range, tail);
  });

  test('there are no comms', async () => {
    assert.deepEqual(await kernel.request('comm_info_request', {}), { status: 'ok', comms: {} });
  });
});

describe('while a synchronous loop runs', () => {
  test('the heart beats and the kernel says what it is', async () => {
    const endless = run('while (true) {}');
    await sleep(300);
    const heart = new zmq.Request({ linger: 0 });
    heart.connect(address(kernel.connection, 'hb_port'));
    await heart.send('ping');
    assert.equal(String((await heart.receive())[0]), 'ping');
    heart.close();
    for (const channel of ['shell', 'control'] as const) {
      const info = await kernel.request('kernel_info_request', {}, { channel });
      assert.equal(info.status, 'ok');
      assert.equal((info.language_info as JsonRecord).name, 'typescript');
    }
    await kernel.request('interrupt_request', {}, { channel: 'control' });
    await endless;
  });

  test('its output arrives', async () => {
    const outputs: Message[] = [];
    const endless = kernel.request(
      'execute_request',
      { code: "console.log('before'); while (true) {}" },
      { onOutput: (m) => outputs.push(m) },
    );
    await until(() => outputs.some(({ content }) => content.text === 'before\n'));
    await kernel.request('interrupt_request', {}, { channel: 'control' });
    await endless;
  });

  test('the kernel can be shut down for a restart', async () => {
    const busy = await startKernel(folder);
    run('while (true) {}', {}, busy).catch(() => {});
    await sleep(3000);
    const reply = await busy.request('shutdown_request', { restart: true }, { channel: 'control' });
    assert.deepEqual(reply, { status: 'ok', restart: true });
    await busy.ended;
  });
});

describe('the kernel survives', () => {
  async function send(
    frames: (Uint8Array | string)[],
    channel: 'shell_port' | 'control_port' = 'shell_port',
  ) {
    const dealer = new zmq.Dealer();
    dealer.connect(address(kernel.connection, channel));
    await dealer.send(frames);
    return dealer;
  }
  const message = (type: string, content: string) =>
    encode(kernel.connection.key, { identities: [], header: createHeader(type, 's'), parent: {}, content });

  test('malformed, forged and unknown messages, which it does not answer', async () => {
    const good = message('execute_request', '{"code":"globalThis.forged = true"}');
    const forged = message('execute_request', '{"code":"globalThis.forged = true"}');
    forged[1] = '0'.repeat(64);
    const changed = [...good];
    changed[5] = '{"code":"globalThis.forged = 1"}';
    const unsigned = [...good];
    unsigned[1] = '';
    const bad: (Uint8Array | string)[][] = [
      ['only one frame'],
      good.slice(0, 4),
      forged,
      changed,
      unsigned,
      message('execute_request', '{"code":'),
      message('execute_request', '[]'),
      message('no_such_request', '{}'),
      message('toString', '{}'),
      message('__proto__', '{}'),
    ];
    for (const frames of bad)
      for (const channel of ['shell_port', 'control_port'] as const) {
        const dealer = await send(frames, channel);
        dealer.receiveTimeout = 30;
        await assert.rejects(dealer.receive(), { code: 'EAGAIN' });
        dealer.close();
      }
    assert.equal(result(await run("'forged' in globalThis")), 'false');
  });

  test('contents of the wrong type, which it answers with an error', async () => {
    for (const [type, content, complaint] of [
      ['execute_request', { code: 5 }, 'code must be a string; got 5'],
      ['execute_request', {}, 'code must be a string; got undefined'],
      ['execute_request', { code: '1', silent: 'no' }, 'silent must be a boolean; got "no"'],
      ['complete_request', { code: '1', cursor_pos: '0' }, 'cursor_pos must be a number; got "0"'],
      ['inspect_request', { code: null }, 'code must be a string; got null'],
      ['is_complete_request', { code: [] }, 'code must be a string; got []'],
      ['history_request', { hist_access_type: 'tail', n: 'x' }, 'n must be a number; got "x"'],
    ] as const) {
      const reply = await kernel.request(type, content as JsonRecord);
      assert.deepEqual([reply.status, reply.ename, reply.evalue], ['error', 'TypeError', complaint]);
    }
    assert.equal(result(await run('1 + 1')), '2');
  });
});

describe('a rebuilt module', () => {
  test('is what the next import gets, with its types', async () => {
    const source = join(folder, 'package');
    mkdirSync(source);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(source, join(folder, 'node_modules', 'under-work'), 'junction');
    const build = (name: string, value: string) => {
      writeFileSync(join(source, 'index.js'), `exports.${name} = ${value};`);
      writeFileSync(join(source, 'index.d.ts'), `export declare const ${name}: number;`);
    };
    writeFileSync(
      join(source, 'package.json'),
      '{"name":"under-work","main":"index.js","types":"index.d.ts"}',
    );
    build('before', '1');
    assert.equal(result(await run("import * as work from 'under-work';\nwork.before")), '1');
    build('after', '2');
    const later = new Date(Date.now() + 2000); // whatever the file system's resolution
    utimesSync(join(source, 'index.js'), later, later);
    // the compiler's watcher of the declarations needs a moment
    let cell = await run("import * as work from 'under-work';\nwork.after");
    for (let tries = 0; cell.reply.status === 'error' && tries < 50; tries++) {
      await sleep(200);
      cell = await run("import * as work from 'under-work';\nwork.after");
    }
    assert.equal(result(cell), '2');
  });
});

describe('the process', () => {
  const main = join(__dirname, 'main.js');

  test('ends when its parent is gone', { skip: process.platform === 'win32' }, async () => {
    const script = `require(${JSON.stringify(join(__dirname, 'client.js'))}).startKernel(${JSON.stringify(folder)})
      .then((kernel) => { kernel.request('execute_request', { code: 'while (true) {}' }); console.log(kernel.process.pid); })`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let pid = 0;
    parent.stdout.on('data', (chunk) => {
      pid = Number(chunk);
    });
    await until(() => pid > 0);
    assert.ok(!hasEnded(pid));
    parent.kill('SIGKILL');
    await until(() => hasEnded(pid));
  });

  test('whose runner is gone before it starts ends, and leaves no key', async () => {
    const own = mkdtempSync(join(tmpdir(), CONNECTION_FOLDER));
    const file = join(own, 'connection.json');
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = await freePorts(5);
    const ports = { shell_port, iopub_port, stdin_port, control_port, hb_port };
    writeFileSync(file, JSON.stringify({ ...kernel.connection, ...ports }));
    const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
    const env = { ...process.env, FRACMOMENT_PARENT: String(gone) };
    const { status } = spawnSync(process.execPath, [main, file], { env, timeout: 60_000 });
    assert.deepEqual([status, existsSync(own)], [0, false]);
  });

  test('starts under NODE_OPTIONS', async () => {
    const NODE_OPTIONS =
      '--enable-source-maps --no-warnings --unhandled-rejections=strict --max-old-space-size=3000';
    const other = await startKernel(folder, { env: { ...process.env, NODE_OPTIONS, FORCE_COLOR: '3' } });
    try {
      const rejected = await run("Promise.reject(new Error('a')); 1", {}, other);
      assert.deepEqual(types(rejected), ['error']);
      assert.equal(text(await run('console.log([1])', {}, other)), '[ 1 ]\n');
    } finally {
      await other.kill();
    }
  });

  for (const [name, value, complaint] of [
    ['ip', '0.0.0.0', 'ip must be a loopback address'],
    ['ip', '192.168.1.2', 'ip must be a loopback address'],
    ['ip', '127.evil.example', 'ip must be a loopback address'],
    ['transport', 'ipc', 'transport must be "tcp"'],
    ['signature_scheme', 'hmac-md5', 'signature_scheme must be "hmac-sha256"'],
    ['key', '', 'key is missing'],
    ['shell_port', 0, 'shell_port must be a port'],
  ] as const)
    test(`refuses to start with ${name} ${JSON.stringify(value)}`, () => {
      const connection: Connection = { ...kernel.connection, [name]: value };
      const file = join(folder, 'connection.json');
      writeFileSync(file, JSON.stringify(connection));
      const { status, stderr } = spawnSync(process.execPath, [main, file], { encoding: 'utf8' });
      assert.equal(status, 1);
      assert.ok(stderr.startsWith(`fracmoment kernel: connection file: ${complaint}`), stderr);
    });

  test('says when a port is taken', () => {
    const file = join(folder, 'connection.json');
    writeFileSync(file, JSON.stringify(kernel.connection));
    const { status, stderr } = spawnSync(process.execPath, [main, file], { encoding: 'utf8' });
    assert.equal(status, CANNOT_LISTEN);
    assert.match(stderr, /^fracmoment kernel: cannot listen: Address already in use\n$/);
  });

  test('says what is wrong with its arguments', () => {
    for (const args of [[], [join(folder, 'missing.json')], [main]]) {
      const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
      assert.equal(status, 1);
      assert.match(stderr, /^fracmoment kernel: .*\n$/);
    }
  });
});
