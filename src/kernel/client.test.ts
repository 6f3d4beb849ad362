// Faults of kernels, by processes that have them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hasEnded } from '../platform/drafts';
import { startKernel } from './client';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-client-'));
after(() => rmSync(folder, { recursive: true }));

/** The command line of a kernel that runs a script. */
const script = (text: string) => (connectionFile: string) => [process.execPath, '-e', text, connectionFile];

/** Waits for what another process does. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 600, 'it does not happen');
    await delay(50);
  }
}

describe('a kernel that does not start', () => {
  for (const [fault, commandLine, message] of [
    ['has no program', () => ['/nope/node'], /^the kernel could not be started: spawn \/nope\/node ENOENT$/],
    ['has no executable program', () => [folder], /^the kernel could not be started: spawn .* EACCES$/],
    ['ends', script('process.exit(7)'), /^the kernel ended \(exit code 7\)$/],
    [
      'says why',
      script("console.error('no luck'); process.exit(1)"),
      /^the kernel ended \(exit code 1\):\nno luck$/,
    ],
    ['is killed', script("process.kill(process.pid, 'SIGKILL')"), /^the kernel ended \(SIGKILL\)$/],
    ['finds its ports taken', script('process.exit(98)'), /^the kernel ended \(exit code 98\)$/],
    [
      'leaves a process with its stderr',
      script(`require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'],
        { detached: true, stdio: ['ignore', 'ignore', 'inherit'] }).unref(); console.error('gone'); process.exit(3)`),
      /^the kernel ended \(exit code 3\):\ngone$/,
    ],
  ] as const)
    test(`and ${fault} is an error`, async () => {
      await assert.rejects(startKernel(folder, { commandLine }), { name: 'KernelEnded', message });
    });

  test('in a folder that is not there is an error', async () => {
    await assert.rejects(
      startKernel(path.join(folder, 'missing')),
      /^KernelEnded: the kernel could not be started: /,
    );
  });

  test('and keeps silent is killed when the start is given up', async () => {
    const pidFile = path.join(folder, 'silent');
    const text = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const abort = new AbortController();
    const start = startKernel(folder, { commandLine: script(text), signal: abort.signal });
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '');
    const reason = new Error('enough');
    abort.abort(reason);
    await assert.rejects(start, reason);
    assert.ok(hasEnded(Number(readFileSync(pidFile, 'utf8'))));
    await assert.rejects(startKernel(folder, { signal: AbortSignal.abort(reason) }), reason);
  });
});

describe('a kernel that runs', () => {
  test('is killed with what it has started', { skip: process.platform === 'win32' }, async () => {
    const kernel = await startKernel(folder);
    const code = `import { spawn } from 'node:child_process';
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['ignore', 'ignore', 'inherit'] }).pid`;
    let child = 0;
    await kernel.request(
      'execute_request',
      { code },
      {
        onOutput: ({ header, content }) => {
          if (header.msg_type === 'execute_result')
            child = Number((content.data as Record<string, string>)['text/plain']);
        },
      },
    );
    assert.ok(!hasEnded(child));
    await kernel.kill();
    await until(() => hasEnded(child));
    await kernel.kill(); // once more does nothing
    await assert.rejects(
      kernel.request('kernel_info_request', {}),
      /^KernelEnded: the kernel ended \(SIGKILL\)/,
    );
  });

  test('ends with the process that started it, and leaves no files', {
    skip: process.platform === 'win32',
  }, async () => {
    const found = path.join(folder, 'found');
    const text = `require('./client').startKernel(${JSON.stringify(folder)}).then((kernel) => {
      require('fs').writeFileSync(${JSON.stringify(found)}, kernel.process.pid + ' ' + kernel.process.spawnargs.at(-1));
      process.exit(0);
    })`;
    assert.equal(spawnSync(process.execPath, ['-e', text], { cwd: __dirname }).status, 0);
    const [pid, connectionFile] = readFileSync(found, 'utf8').split(' ');
    await until(() => hasEnded(Number(pid)));
    assert.ok(!existsSync(path.dirname(connectionFile!)));
  });

  test('is not disturbed by what others send to the ports it is heard on', async () => {
    // a kernel that binds its iopub socket sends garbage before it answers
    const main = path.join(__dirname, 'main.js');
    const preload = path.join(folder, 'garbage.cjs');
    writeFileSync(
      preload,
      `const { isMainThread } = require('worker_threads');
       const zmq = require(${JSON.stringify(require.resolve('zeromq'))});
       if (!isMainThread) {
         const { send } = zmq.Publisher.prototype;
         zmq.Publisher.prototype.send = async function (frames) {
           await send.call(this, ['garbage']);
           await send.call(this, ['<IDS|MSG>', 'wrong', '{}', '{}', '{}', '{}']);
           return send.call(this, frames);
         };
       }`,
    );
    const kernel = await startKernel(folder, {
      commandLine: (connectionFile) => [process.execPath, '-r', preload, main, connectionFile],
    });
    const reply = await kernel.request('execute_request', { code: '1 + 1' });
    assert.equal(reply.status, 'ok');
    await kernel.kill();
  });
});
