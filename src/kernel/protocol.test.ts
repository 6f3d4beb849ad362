// What front-ends and cells may do to a kernel. Oracles: the Jupyter messaging specification, Deno's display convention,
// and that whatever happens, the next cell runs.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as zmq from 'zeromq';
import { failure, result, runCell, text, types } from './cellRequests.testData';
import { type Kernel, startKernel } from './client';
import { address, createHeader, decode, encode, type JsonRecord, sign } from './wire';

const folder = mkdtempSync(join(__dirname, '..', 'test-protocol-'));
let kernel: Kernel;
before(async () => {
  kernel = await startKernel(folder);
});
after(async () => {
  await kernel.kill();
  rmSync(folder, { recursive: true });
});
const run = (code: string, options: JsonRecord = {}) => runCell(kernel, code, options);
const ask = (type: string, code: string) =>
  kernel.request(type, { code, cursor_pos: [...code].length }) as Promise<Record<string, string[]>>;

describe('completion', () => {
  test('offers what the package exports together with its import', async () => {
    for (const [code, match, start] of [
      ['momentF', "import { momentFactor } from 'fracmoment';\nmomentFactor", 0],
      ['1;\nconst a = momentF', "import { momentFactor } from 'fracmoment';\nconst a = momentFactor", 3],
      ['const f = () => {\n  momentF', 'momentFactor', 20],
      ['import { momentF', "momentFactor } from 'fracmoment';", 9],
      ["import * as f from 'frac", 'fracmoment', 20],
      ["import { f } from 'fracmoment/t", 'fracmoment/tensorflow', 19],
      ["import * as fs from 'node:f", 'node:fs', 21],
      ["await import('mathj", 'mathjs', 14],
    ] as const) {
      const reply = await ask('complete_request', code);
      assert.ok(reply.matches!.includes(match), `${code}: ${JSON.stringify(reply.matches)}`);
      assert.equal(reply.cursor_start, start, code);
      assert.equal(reply.cursor_end, code.length, code);
    }
  });

  test('offers the names of earlier cells, and an imported one without its import', async () => {
    await run("import { kaimingStd } from 'fracmoment';\nconst begunValue = 1;\ntype BegunType = 1;");
    for (const [code, expected] of [
      ['begunV', ['begunValue']],
      ['let x: BegunT', ['BegunType']],
      ['kaimingS', ['kaimingStd']],
    ] as const)
      assert.deepEqual((await ask('complete_request', code)).matches, expected, code);
  });

  test('replaces the rest of a word by names that start with all of it, and lists its case first', async () => {
    await run('const cased = { aab: 1, AAb: 2, aac: 3 };');
    for (const [before, after, expected, replaced] of [
      ['cased.', 'aab', ['aab', 'AAb'], 3],
      ['cased.AA', '', ['AAb', 'aab', 'aac'], 0],
      ['cased.aa', 'c', ['aac'], 1],
      ['cased.aa', 'nothing', ['aab', 'aac', 'AAb'], 0],
      ['setI', 'nterval', ['setInterval'], 7],
      ['momentF', 'act', ["import { momentFactor } from 'fracmoment';\nmomentFactor"], 3],
    ] as const) {
      const asked = { code: before + after, cursor_pos: before.length };
      const reply = await kernel.request('complete_request', asked);
      assert.deepEqual(reply.matches, expected, before);
      assert.equal(reply.cursor_end, before.length + replaced, before);
    }
  });

  test('offers nothing of the package where its values do not fit', async () => {
    const members = ['Math.momentF', "'momentF", '`momentF'];
    const newNames = ['const momentF', 'function momentF', 'type momentF', 'class A { momentF'];
    for (const code of [...members, ...newNames, 'let x: momentF', '// momentF', '/* momentF', '/momentF'])
      assert.deepEqual((await ask('complete_request', code)).matches, [], code);
  });

  test('is not held up by a word of a million characters', async () => {
    const { matches } = await ask('complete_request', 'x'.repeat(1e6));
    assert.deepEqual(matches, []);
  });
});

test('user_expressions are evaluated after the cell', async () => {
  const user_expressions = { sum: 'x + 1', wrong: 'noSuchName', thrown: 'throw new RangeError("no")' };
  const { reply } = await run('const x = 41', { user_expressions });
  const values = reply.user_expressions as Record<string, JsonRecord>;
  assert.deepEqual(values.sum, { status: 'ok', data: { 'text/plain': '42' }, metadata: {} });
  assert.deepEqual([values.wrong!.status, values.wrong!.ename], ['error', 'TypeScript error']);
  assert.deepEqual([values.thrown!.status, values.thrown!.evalue], ['error', 'no']);
  assert.deepEqual((await run('throw 1', { user_expressions })).reply.user_expressions, {});
});

describe('a value', () => {
  const shown = async (code: string) => (await run(code)).outputs.at(-1)?.content.data;

  test('shows itself by Jupyter.display, sync or async', async () => {
    const bundle = "{ 'text/html': '<b>1</b>', 'text/plain': 'one' }";
    for (const method of [`() { return ${bundle} }`, `async () => (${bundle})`])
      assert.deepEqual(
        await shown(
          method.startsWith('async')
            ? `({ [Symbol.for('Jupyter.display')]: ${method} })`
            : `({ [Symbol.for('Jupyter.display')]${method} })`,
        ),
        { 'text/html': '<b>1</b>', 'text/plain': 'one' },
      );
    assert.match(
      String(failure(await run("({ [Symbol.for('Jupyter.display')]: () => 5 })")).evalue),
      /must return data by MIME type; got 5/,
    );
  });

  test('that is a canvas is an image', async () => {
    const data = (await shown("({ toDataURL: () => 'data:image/png;base64,cG5n' })")) as JsonRecord;
    assert.equal(data['image/png'], 'cG5n');
  });

  test('may be a rejected promise, now or later awaited', async () => {
    assert.match(
      String(result(await run("Promise.reject(new Error('r'))"))),
      /^Promise \{\n {2}<rejected> Error: r/,
    );
    const kept = await run("const kept = Promise.reject(new Error('k'))");
    assert.equal(kept.reply.status, 'ok');
    assert.match(text(kept, 'stderr'), /^Unhandled rejection: Error: k/);
    const later = await run('try { await kept } catch (error) { console.log(error.message) }');
    assert.deepEqual([text(later), text(later, 'stderr')], ['k\n', '']);
  });
});

test('a comm that is opened is closed', async () => {
  const dealer = new zmq.Dealer({ linger: 0 });
  dealer.connect(address(kernel.connection, 'shell_port'));
  const iopub = new zmq.Subscriber({ linger: 0, receiveTimeout: 10_000 });
  iopub.connect(address(kernel.connection, 'iopub_port'));
  iopub.subscribe('comm_close');
  const { key } = kernel.connection;
  const content = JSON.stringify({ comm_id: 'c1', target_name: 'none', data: {} });
  let closed: JsonRecord | undefined;
  // until the subscription has arrived
  for (let tries = 0; tries < 100 && !closed; tries++) {
    await dealer.send(
      encode(key, { identities: [], header: createHeader('comm_open', 's'), parent: {}, content }),
    );
    iopub.receiveTimeout = 200;
    const heard = await iopub.receive().then(
      (frames) => decode(key, frames),
      () => undefined,
    );
    if (heard?.header.msg_type === 'comm_close') closed = heard.content;
  }
  assert.deepEqual(closed, { comm_id: 'c1', data: {} });
  dealer.close();
  iopub.close();
});

describe('input', () => {
  const question = `const readline = require('node:readline/promises');
    const asked = readline.createInterface({ input: process.stdin, output: process.stdout });
    const name = await asked.question('name? '); asked.close(); name`;

  test('is asked for where the front-end allows it', async () => {
    const { key } = kernel.connection;
    const routingId = 'front-end';
    const [shell, stdin] = [
      new zmq.Dealer({ routingId, linger: 0 }),
      new zmq.Dealer({ routingId, linger: 0 }),
    ];
    shell.connect(address(kernel.connection, 'shell_port'));
    stdin.connect(address(kernel.connection, 'stdin_port'));
    shell.receiveTimeout = stdin.receiveTimeout = 30_000;
    // the kernel knows the second connection before it asks
    await new Promise((resolve) => setTimeout(resolve, 300));
    const header = createHeader('execute_request', 's');
    const content = JSON.stringify({ code: question, allow_stdin: true });
    await shell.send(encode(key, { identities: [], header, parent: {}, content }));
    const request = decode(key, await stdin.receive());
    assert.deepEqual(
      [request.header.msg_type, request.parent.msg_id, request.content],
      ['input_request', header.msg_id, { prompt: '', password: false }],
    );
    const answer = JSON.stringify({ value: 'σ' });
    await stdin.send(
      encode(key, { identities: [], header: createHeader('input_reply', 's'), parent: {}, content: answer }),
    );
    assert.equal(decode(key, await shell.receive()).content.status, 'ok');
    assert.equal(result(await run('name')), "'σ'");
    shell.close();
    stdin.close();
  });

  test('is refused where it does not', async () => {
    assert.match(String(failure(await run(question)).evalue), /does not ask for input/);
  });
});

test('what child processes print appears in the cell', async () => {
  const cell = await run(`const children = require('node:child_process');
    children.spawnSync('echo', ['a'], { stdio: 'inherit' });
    children.execSync('echo b >&2; echo c', { stdio: 'inherit' });
    await new Promise((done) => children.spawn('echo', ['d'], { stdio: ['ignore', 'inherit', 2] }).once('close', done));
    String(children.execSync('echo e'))`);
  assert.deepEqual([text(cell), text(cell, 'stderr'), result(cell)], ['a\nc\nd\n', 'b\n', "'e\\n'"]);
});

describe('history', () => {
  const history = async (content: JsonRecord) =>
    ((await kernel.request('history_request', content)).history as [number, number, unknown][]).map(
      ([, , entry]) => entry,
    );

  test('has outputs, distinct entries, ranges and nothing of other sessions', async () => {
    for (const code of ["'h1'", "'h2'", "'h1'"]) await run(code);
    const search = { hist_access_type: 'search', pattern: "'h?'" };
    assert.deepEqual(await history(search), ["'h1'", "'h2'", "'h1'"]);
    assert.deepEqual(await history({ ...search, unique: true }), ["'h2'", "'h1'"]);
    assert.deepEqual(await history({ ...search, n: 1, output: true }), [["'h1'", "'h1'"]]);
    assert.deepEqual(await history({ hist_access_type: 'tail', n: 0 }), []);
    assert.deepEqual(await history({ hist_access_type: 'range', session: 7, start: 1, stop: 3 }), []);
  });

  test('is searched in time that grows with the length of the pattern', async () => {
    await run(`'${'a'.repeat(5000)}'`);
    assert.deepEqual(await history({ hist_access_type: 'search', pattern: `${'*a'.repeat(200)}*b` }), []);
  });
});

test('code that is open is told from code that is wrong', async () => {
  for (const [code, status] of [
    ['`open', 'incomplete'],
    ['/* open', 'incomplete'],
    ['f(', 'incomplete'],
    ["'open", 'invalid'],
    [')', 'invalid'],
    ['const = 1', 'invalid'],
    ['`closed`', 'complete'],
  ] as const)
    assert.equal((await ask('is_complete_request', code)).status, status, code);
});

describe('the next cell runs after', () => {
  const goesOn = async () => {
    let cell = await run('1 + 1');
    for (let tries = 0; cell.reply.status === 'aborted' && tries < 5; tries++) cell = await run('1 + 1');
    assert.equal(result(cell), '2');
  };

  test('an unsigned frame at the heartbeat, which beats on', async () => {
    const dealer = new zmq.Dealer({ linger: 100 });
    dealer.connect(address(kernel.connection, 'hb_port'));
    await dealer.send('x');
    const heart = new zmq.Request({ linger: 0, receiveTimeout: 10_000 });
    heart.connect(address(kernel.connection, 'hb_port'));
    await heart.send('ping');
    assert.equal(String((await heart.receive())[0]), 'ping');
    heart.close();
    dealer.close();
    await goesOn();
  });

  // as JSON each of these characters is six
  test('a flood of characters, in messages of bounded length', async () => {
    const cell = await run("console.log('\\0'.repeat(3e6))");
    const lengths = cell.outputs.map(({ content }) => String(content.text).length);
    assert.equal(
      lengths.reduce((sum, length) => sum + length, 0),
      3e6 + 1,
    );
    assert.ok(Math.max(...lengths) <= 2 ** 20);
  });

  for (const [what, code] of [
    [
      'JSON.stringify',
      "const { stringify } = JSON; JSON.stringify = () => { throw new Error('mine') }; setTimeout(() => { JSON.stringify = stringify }, 500); 1",
    ],
    [
      'timers',
      `const { setTimeout: later, setImmediate: soon, queueMicrotask: next } = globalThis;
      for (const name of ['setTimeout', 'setImmediate', 'queueMicrotask']) (globalThis as any)[name] = undefined;
      later(() => Object.assign(globalThis, { setTimeout: later, setImmediate: soon, queueMicrotask: next }), 500); 1`,
    ],
    [
      'Object.entries',
      'const { entries } = Object; Object.entries = () => { throw 1 }; setTimeout(() => { Object.entries = entries }, 500); 1',
    ],
    [
      'Array.prototype.map',
      "const { map } = Array.prototype; Array.prototype.map = () => { throw new Error('mine') }; setTimeout(() => { Array.prototype.map = map }, 500); throw new Error('x')",
    ],
  ] as const)
    test(`a cell that breaks ${what}`, async () => {
      await run(code);
      await Promise.all([run('2'), run('3')]); // whatever the answer, there is one
      await new Promise((resolve) => setTimeout(resolve, 700));
      await goesOn();
    });

  const unshowable = "{ [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } }";
  test('something thrown that cannot be shown, in the cell or later', async () => {
    assert.match(String(failure(await run(`throw ${unshowable}`)).evalue), /cannot be shown/);
    await run(`setTimeout(() => { throw ${unshowable} }, 10); 0`);
    await run('await new Promise((done) => setTimeout(done, 100))');
    await goesOn();
  });

  test('an error without a readable name', async () => {
    const nameless = "Object.defineProperty(new Error('m'), 'name', { get() { throw 2 } })";
    assert.deepEqual(types(await run(`throw ${nameless}`)), ['error']);
    await goesOn();
  });

  test('the end of stdout, which stays open', async () => {
    await run("process.stdout.end('last\\n'); process.stdout.destroy()");
    assert.equal(text(await run("console.log('still')")), 'still\n');
  });

  test('metadata nested in thousands', async () => {
    const { key } = kernel.connection;
    const deep = `{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`;
    const [, , header, parent, , content] = encode(key, {
      identities: [],
      header: createHeader('execute_request', 's'),
      parent: {},
      content: '{"code":"1"}',
    });
    const parts = [header!, parent!, deep, content!];
    const dealer = new zmq.Dealer({ linger: 0, receiveTimeout: 10_000 });
    dealer.connect(address(kernel.connection, 'shell_port'));
    await dealer.send(['<IDS|MSG>', sign(key, parts), ...parts]);
    assert.equal(decode(key, await dealer.receive()).content.status, 'ok');
    dealer.close();
    await goesOn();
  });
});

test('a client that connects again under its name is answered in place of the one before', async () => {
  const { key } = kernel.connection;
  const routingId = 'again';
  const clients: zmq.Dealer[] = [];
  for (let i = 0; i < 2; i++) {
    const shell = new zmq.Dealer({ routingId, receiveTimeout: 10_000, linger: 0 });
    clients.push(shell);
    shell.connect(address(kernel.connection, 'shell_port'));
    const header = createHeader('kernel_info_request', `session ${i}`);
    await shell.send(encode(key, { identities: [], header, parent: {}, content: '{}' }));
    assert.equal(decode(key, await shell.receive()).parent.msg_id, header.msg_id);
  }
  for (const shell of clients) shell.close();
});

test('a kernel that is shut down right after its start exits with 0', async () => {
  for (const busy of [false, true]) {
    const other = await startKernel(folder);
    if (busy) runCell(other, "'x'.repeat(40).match(/(x+)+y/)").catch(() => {});
    const exit = once(other.process, 'close');
    other.request('shutdown_request', { restart: false }, { channel: 'control' }).catch(() => {});
    assert.deepEqual(await exit, [0, null]);
  }
});
