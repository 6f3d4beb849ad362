import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const folder = mkdtempSync(join(__dirname, 'test-cli-'));
after(() => rmSync(folder, { recursive: true }));

const cli = join(__dirname, 'cli.js');
function fracmoment(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd: folder });
}

function write(name: string, source: string): string {
  const cell = { cell_type: 'code', metadata: {}, source, outputs: [], execution_count: null };
  writeFileSync(
    join(folder, name),
    JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  );
  return name;
}

describe('fracmoment', () => {
  test('tells its version', () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
    assert.equal(fracmoment('--version').stdout, `${version}\n`);
  });

  test('installs the kernel and removes it', () => {
    const spec = join(folder, 'share', 'jupyter', 'kernels', 'fracmoment');
    assert.equal(fracmoment('install', '--prefix', folder).stdout, `installed ${spec}\n`);
    assert.ok(existsSync(join(spec, 'kernel.json')));
    assert.equal(fracmoment('uninstall', '--prefix', '.').stdout, `removed ${spec}\n`);
    const again = `nothing to remove: there is no ${spec}\n`;
    assert.equal(fracmoment('uninstall', '--prefix', '.').stdout, again);
    assert.ok(!existsSync(spec));
  });

  test('sets TensorFlow up, or leaves it alone when asked to', () => {
    const env = { ...process.env, FRACMOMENT_TFJS: 'skip' };
    const { status, stdout } = spawnSync(process.execPath, [cli, 'setup'], { encoding: 'utf8', env });
    assert.deepEqual([status, stdout.includes('WebAssembly')], [0, true]);
    const wrong = { ...process.env, FRACMOMENT_TFJS: 'maybe' };
    const refused = spawnSync(process.execPath, [cli, 'setup'], { encoding: 'utf8', env: wrong });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^fracmoment: FRACMOMENT_TFJS must be one of .*; got "maybe"\n$/);
  });

  test('runs notebooks, and exits with 1 naming notebook, cell and error when one fails', () => {
    write('good.ipynb', "import { relu } from 'fracmoment';\nrelu.lower");
    write('bad.ipynb', "throw new Error('out of luck')");
    const { status, stdout, stderr } = fracmoment('run', 'bad.ipynb', 'good.ipynb', '--out', 'out');
    assert.equal(status, 1);
    assert.match(stdout, /^FAILED {2}bad\.ipynb {2}\d+\.\d s\nok {2}good\.ipynb {2}\d+\.\d s\n$/);
    assert.match(
      stderr,
      /^bad\.ipynb, cell \[1\]:\n {2}\| throw new Error\('out of luck'\)\nError: out of luck\ncell \[1\], line 1:\n {4}throw new Error\('out of luck'\)\n {10}\^\n {4}at cell \[1\]:1:7\n$/,
    );
    assert.ok(existsSync(join(folder, 'out', 'good.ipynb')) && existsSync(join(folder, 'out', 'bad.ipynb')));
    assert.equal(fracmoment('run', 'good.ipynb').status, 0);
    assert.equal(JSON.parse(readFileSync(join(folder, 'good.ipynb'), 'utf8')).cells[0].execution_count, 1);
  });

  test('sets parameters from a file and from the command line, and names those there are', () => {
    const source = "const width = 64, orders = [0.5, 1], name = 'x';";
    const tagged = {
      cell_type: 'code',
      metadata: { tags: ['parameters'] },
      source,
      outputs: [],
      execution_count: null,
    };
    const shows = { ...tagged, metadata: {}, source: '[name, width, ...orders].join(" ")' };
    const notebook = { cells: [tagged, shows], metadata: {}, nbformat: 4, nbformat_minor: 4 };
    writeFileSync(join(folder, 'parameters.ipynb'), JSON.stringify(notebook));
    writeFileSync(join(folder, 'values.json'), '{ "width": 7, "orders": [2] }');
    const run = (...args: string[]) => fracmoment('run', 'parameters.ipynb', '--out', 'set', ...args);
    assert.equal(run('--parameters', 'values.json', '-p', 'width=8', '--parameter', 'name=a=b').status, 0);
    const { cells } = JSON.parse(readFileSync(join(folder, 'set', 'parameters.ipynb'), 'utf8'));
    assert.deepEqual(cells[2].outputs[0].data['text/plain'], ["'a=b 8 2'"]);
    const refused = run('-p', 'depth=3');
    assert.equal(refused.status, 1);
    assert.equal(
      refused.stderr,
      'parameters.ipynb: no parameter is called depth; there are width: number, orders: number[], name: string\n',
    );
  });

  test('ends with 1 and the reason where nothing can be written', {
    skip: process.platform !== 'linux',
  }, () => {
    write('somewhere.ipynb', '1');
    for (const [reporter, ...args] of [
      ['somewhere.ipynb', 'run', 'somewhere.ipynb', '--out', '/proc/nope/deep'],
      ['fracmoment', 'install', '--prefix', '/proc/nope'],
    ] as const) {
      const { status, stderr } = fracmoment(...args);
      assert.equal(status, 1);
      assert.equal(stderr, `${reporter}: ENOENT: no such file or directory, mkdir '/proc/nope'\n`);
    }
  });

  test('ends with 1 and the reason where no kernel can be started', () => {
    write('nowhere.ipynb', '1');
    const before = readFileSync(join(folder, 'nowhere.ipynb'), 'utf8');
    writeFileSync(join(folder, 'no-node.cjs'), "process.execPath = '/nope/node'");
    const args = ['-r', join(folder, 'no-node.cjs'), cli, 'run', 'nowhere.ipynb'];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder });
    assert.equal(stderr, 'nowhere.ipynb: the kernel could not be started: spawn /nope/node ENOENT\n');
    assert.equal(status, 1);
    assert.equal(readFileSync(join(folder, 'nowhere.ipynb'), 'utf8'), before);
  });

  test('ends with 1 when nobody reads what it says', { skip: process.platform === 'win32' }, async () => {
    const all = ['a.ipynb', 'b.ipynb'].map((name) => write(name, '1'));
    const child = spawn(process.execPath, [cli, 'run', ...all], { cwd: folder, stdio: 'pipe' });
    child.stdout.destroy();
    const stderr = textOf(child.stderr);
    const [status] = await once(child, 'close');
    assert.equal(status, 1);
    assert.equal(await stderr, 'fracmoment: stdout was closed: write EPIPE\n');
    const counts = all.map(
      (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).cells[0].execution_count,
    );
    assert.deepEqual(counts, [1, null], 'what has run is saved, what follows is not run');
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    test(`ends its kernel on ${signal}`, { skip: process.platform === 'win32' }, async () => {
      const pidFile = join(folder, `pid-${signal}`);
      write(
        'endless.ipynb',
        `import * as fs from 'node:fs';\nfs.writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); while (true) {}`,
      );
      const child = spawn(process.execPath, [cli, 'run', 'endless.ipynb'], { cwd: folder, stdio: 'pipe' });
      const stderr = textOf(child.stderr);
      await written(pidFile);
      child.kill(signal);
      const [status] = await once(child, 'close');
      assert.equal(status, exitCode);
      assert.equal(await stderr, `endless.ipynb: stopped by ${signal}\n`);
      assert.throws(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0), { code: 'ESRCH' });
    });

  test('ends on a signal while its kernel does not answer', {
    skip: process.platform === 'win32',
  }, async () => {
    write('silent.ipynb', '1');
    // a program in the place of Node that does nothing but say that it runs
    const [pidFile, program] = [join(folder, 'pid-silent'), join(folder, 'silent.sh')];
    writeFileSync(program, `#!/bin/sh\necho $$ > '${pidFile}'\nexec sleep 600\n`, { mode: 0o755 });
    writeFileSync(join(folder, 'silent.cjs'), `process.execPath = ${JSON.stringify(program)}`);
    const args = ['-r', join(folder, 'silent.cjs'), cli, 'run', 'silent.ipynb'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'pipe' });
    await written(pidFile);
    child.kill('SIGTERM');
    const [status] = await once(child, 'close');
    assert.equal(status, 143);
    assert.throws(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0), { code: 'ESRCH' });
  });
});

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const part of stream) text += part;
  return text;
}

/** Waits until a file has content. */
async function written(file: string): Promise<void> {
  for (let tries = 0; !existsSync(file) || readFileSync(file, 'utf8') === ''; tries++) {
    assert.ok(tries < 1200, `nobody writes ${file}`);
    await delay(50);
  }
}
