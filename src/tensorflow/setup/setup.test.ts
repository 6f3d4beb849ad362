import assert from 'node:assert/strict';
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { nativePackage } from '../native';
import { bindingFile } from './binding';
import { libraryFolder, libraryIsCached } from './pythonPackage';
import { setupTensorFlow } from './setup';

const folder = fs.mkdtempSync(path.join(tmpdir(), 'fracmoment-setup-'));
after(() => fs.rmSync(folder, { recursive: true }));

const needsPackage = nativePackage() === undefined && '@tensorflow/tfjs-node is not installed';
const needsLibrary =
  needsPackage || (!libraryIsCached() && `TensorFlow's library is not in ${libraryFolder()}`);

/** The environment, for servers of this machine. */
const withoutProxy = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)),
);

test('an unknown mode is rejected', async () => {
  await assert.rejects(setupTensorFlow({ mode: 'maybe' as never }), {
    name: 'RangeError',
    message: `mode must be one of 'auto', 'required', 'skip'; got "maybe"`,
  });
});

test('skip touches nothing', async () => {
  const lines: string[] = [];
  assert.deepEqual(await setupTensorFlow({ mode: 'skip', log: (line) => lines.push(line) }), {
    ready: false,
    detail: 'native TensorFlow is skipped as requested; WebAssembly is used',
  });
  assert.deepEqual(lines, []);
});

interface Outcome {
  ready?: boolean;
  detail?: string;
  error?: string;
  log: string[];
}

/** A project that depends on this package, with its own copy of @tensorflow/tfjs-node, nothing of it set up. */
function project(name: string): {
  start(env?: NodeJS.ProcessEnv): ChildProcessByStdio<null, Readable, null>;
  setUp(env?: NodeJS.ProcessEnv): Promise<Outcome>;
  binding: string;
} {
  const own = path.join(folder, name, 'node_modules', 'fracmoment');
  const modules = path.join(folder, name, 'node_modules');
  const original = path.resolve(nativePackage()!, '..', '..');
  fs.mkdirSync(path.join(modules, '@tensorflow'), { recursive: true });
  fs.cpSync(path.resolve(__dirname, '..', '..'), path.join(own, 'dist'), { recursive: true });
  for (const entry of fs.readdirSync(original))
    if (entry !== '@tensorflow' && entry !== 'fracmoment')
      fs.symlinkSync(path.join(original, entry), path.join(modules, entry));
  for (const entry of fs.readdirSync(path.join(original, '@tensorflow')))
    if (entry !== 'tfjs-node')
      fs.symlinkSync(path.join(original, '@tensorflow', entry), path.join(modules, '@tensorflow', entry));
  const tfjsNode = path.join(modules, '@tensorflow', 'tfjs-node');
  fs.cpSync(nativePackage()!, tfjsNode, {
    recursive: true,
    filter: (file) => !['lib', 'deps', 'build'].includes(path.relative(nativePackage()!, file)),
  });
  const program = `const log = [];
    require(${JSON.stringify(path.join(own, 'dist', 'tensorflow', 'setup', 'setup.js'))})
      .setupTensorFlow({ log: (line) => log.push(line) })
      .catch((error) => ({ error: error.message }))
      .then((result) => console.log(JSON.stringify({ ...result, log })));`;
  const start = (env: NodeJS.ProcessEnv = {}) =>
    spawn(process.execPath, ['-e', program], {
      env: {
        ...withoutProxy,
        FRACMOMENT_TFJS: 'auto',
        // an address at which nothing listens: the test does not depend on the network
        TFJS_NODE_CDN_STORAGE: 'http://127.0.0.1:9/',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  return {
    binding: bindingFile(tfjsNode),
    start,
    async setUp(env) {
      const child = start(env);
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      await once(child, 'close');
      return JSON.parse(output) as Outcome;
    },
  };
}

/** A cache folder with the library, but without a compiled binding. */
function cacheWithLibrary(name: string): { cache: string; libraries: string } {
  const cache = path.join(folder, name);
  const libraries = path.join(cache, 'fracmoment', path.basename(libraryFolder()));
  fs.mkdirSync(libraries, { recursive: true });
  for (const file of fs.readdirSync(libraryFolder()))
    if (!file.startsWith('tfjs_binding'))
      fs.symlinkSync(path.join(libraryFolder(), file), path.join(libraries, file));
  return { cache, libraries };
}

test('an installed package is bound to the cached library; the next setup has nothing to do', async (t) => {
  if (needsLibrary) return t.skip(needsLibrary);
  const { setUp } = project('fresh');
  const first = await setUp();
  assert.deepEqual([first.ready, first.detail], [true, 'native TensorFlow 2.13.1 works']);
  assert.deepEqual(await setUp(), { ready: true, detail: 'native TensorFlow 2.13.1 works', log: [] });
});

test('a truncated binding, or another file in its place, is replaced', async (t) => {
  if (needsLibrary) return t.skip(needsLibrary);
  const { setUp, binding } = project('broken');
  await setUp();
  const intact = fs.readFileSync(binding);
  for (const content of [intact.subarray(0, 20_000), Buffer.from('not a library')]) {
    fs.writeFileSync(binding, content);
    assert.equal((await setUp()).ready, true);
    assert.deepEqual(fs.readFileSync(binding), intact);
  }
});

test('two concurrent setups both succeed', async (t) => {
  if (needsLibrary) return t.skip(needsLibrary);
  const { setUp } = project('both');
  const outcomes = await Promise.all([setUp(), setUp()]);
  for (const { ready } of outcomes) assert.equal(ready, true);
});

test('the error names what is missing: pip, a compiler, a writable cache', async (t) => {
  if (needsLibrary) return t.skip(needsLibrary);
  const { setUp, binding } = project('lacking');
  const nothing = path.join(folder, 'nothing');
  fs.mkdirSync(nothing);
  const failure = async (env: NodeJS.ProcessEnv) => {
    const { ready, detail } = await setUp(env);
    assert.equal(ready, false);
    assert.match(detail!, /^native TensorFlow is not available: /);
    assert.match(detail!, /\nWebAssembly is used; training is several times slower$/);
    assert.ok(!fs.existsSync(binding));
    return detail!;
  };
  assert.match(
    await failure({ PATH: nothing, XDG_CACHE_HOME: path.join(folder, 'empty-cache') }),
    /ECONNREFUSED.*Python package tensorflow-cpu: Python 3 with pip is required .*apt-get install python3-pip/s,
  );
  const { cache } = cacheWithLibrary('cache');
  assert.match(
    await failure({ PATH: nothing, CXX: '', XDG_CACHE_HOME: cache }),
    /Python package tensorflow-cpu: a C\+\+ compiler is required .*apt-get install g\+\+/,
  );
  fs.writeFileSync(path.join(folder, 'file'), '');
  assert.match(await failure({ XDG_CACHE_HOME: path.join(folder, 'file') }), /ENOTDIR|EEXIST/);
  const required = await setUp({
    FRACMOMENT_TFJS: 'required',
    PATH: nothing,
    CXX: '',
    XDG_CACHE_HOME: cache,
  });
  assert.match(required.error!, /^native TensorFlow is not available: .*compiler is required/s);
  // with a compiler, that cache is enough
  assert.equal((await setUp({ XDG_CACHE_HOME: cache })).ready, true);
});

/**
 * Starts a set-up, kills it without warning once a program it runs has said "started" to a pipe, and waits until
 * no process holds the pipe any more.
 */
async function killedWhile(
  pipe: string,
  start: () => ChildProcessByStdio<null, Readable, null>,
): Promise<void> {
  execFileSync('mkfifo', [pipe]);
  const holders = fs.createReadStream(pipe, 'utf8');
  const child = start();
  assert.deepEqual(await once(holders, 'data'), ['started\n']);
  child.kill('SIGKILL');
  await once(holders, 'end');
}

/** A shell script that answers to --version, and otherwise writes a half-made result and starts a program. */
function stuckProgram(file: string, pipe: string, writeHalf: string): string {
  const script = `#!/bin/sh
    case "$*" in *--version) exit 0;; esac
    ${writeHalf}
    exec 3> '${pipe}'
    sleep 1000 &
    echo started >&3
    wait`;
  fs.writeFileSync(file, script, { mode: 0o755 });
  return file;
}

const drafts = (...folders: string[]) =>
  folders.flatMap((name) => fs.readdirSync(name)).filter((name) => /\.tmp$|lock/.test(name));

test('killed while compiling, no compiler goes on, and the next setup cleans up', {
  timeout: 120_000,
}, async (t) => {
  if (needsLibrary) return t.skip(needsLibrary);
  const { start, setUp } = project('killed-compiling');
  const { cache, libraries } = cacheWithLibrary('cache-compiling');
  const pipe = path.join(folder, 'compiling');
  const half = 'while [ "$1" != -o ]; do shift; done; echo half > "$2"';
  const compiler = stuckProgram(path.join(folder, 'stuck-compiler'), pipe, half);
  await killedWhile(pipe, () => start({ XDG_CACHE_HOME: cache, CXX: compiler }));
  const folders = [libraries, path.join(cache, 'fracmoment')];
  assert.equal(drafts(...folders).length, 2, 'the half-made binding and the lock');
  assert.equal((await setUp({ XDG_CACHE_HOME: cache })).ready, true);
  assert.deepEqual(drafts(...folders), []);
});

test('killed while downloading, neither pip nor the installer goes on, and the next setup cleans up', {
  timeout: 120_000,
}, async (t) => {
  if (needsPackage) return t.skip(needsPackage);
  const { start, setUp, binding } = project('killed-downloading');
  const cache = path.join(folder, 'cache-downloading');
  const bin = path.join(folder, 'bin');
  fs.mkdirSync(bin);
  const pipe = path.join(folder, 'downloading');
  stuckProgram(path.join(bin, 'python3'), pipe, '');
  const env = { XDG_CACHE_HOME: cache, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  await killedWhile(pipe, () => start(env));
  assert.equal(drafts(path.join(cache, 'fracmoment')).length, 2, 'the half-made download and the lock');
  // a server that sends the beginning of an archive
  const server = createServer((_, response) => {
    response.write('half');
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const installing = start({ ...env, TFJS_NODE_CDN_STORAGE: `http://127.0.0.1:${port}/` });
    const [socket] = await once(server, 'connection');
    await once(socket, 'data');
    installing.kill('SIGKILL');
    await once(socket, 'close');
  } finally {
    server.close();
  }
  const nothing = path.join(folder, 'no programs');
  assert.equal((await setUp({ XDG_CACHE_HOME: cache, PATH: nothing })).ready, false);
  assert.deepEqual(drafts(path.join(cache, 'fracmoment')), []);
  const tfjsNode = path.resolve(binding, '..', '..', '..');
  assert.deepEqual(
    fs.readdirSync(tfjsNode).filter((name) => ['deps', 'lib', 'build'].includes(name)),
    [],
  );
});

// The installer was written for another version of tar than the one that package.json's overrides give it.
test('the official installer unpacks what it downloads', async (t) => {
  if (needsPackage) return t.skip(needsPackage);
  const content = path.join(folder, 'archive');
  fs.mkdirSync(path.join(content, 'lib'), { recursive: true });
  fs.writeFileSync(path.join(content, 'lib', 'library.so'), 'a library');
  const archive = path.join(folder, 'library.tar.gz');
  const installer = createRequire(path.join(nativePackage()!, 'package.json'));
  const tar = installer('tar') as { c(options: object, files: string[]): Promise<void> };
  await tar.c({ gzip: true, file: archive, cwd: content }, ['lib']);
  const server = createServer((_, response) => response.end(fs.readFileSync(archive))).listen(0, '127.0.0.1');
  const target = path.join(folder, 'unpacked');
  fs.mkdirSync(target);
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const program = `require(${JSON.stringify(path.join(nativePackage()!, 'scripts', 'resources.js'))})
      .downloadAndUnpackResource('http://127.0.0.1:${port}/library.tar.gz', ${JSON.stringify(target)})`;
    const [code] = await once(
      spawn(process.execPath, ['-e', program], { env: withoutProxy, stdio: 'ignore' }),
      'exit',
    );
    assert.equal(code, 0);
    assert.equal(fs.readFileSync(path.join(target, 'lib', 'library.so'), 'utf8'), 'a library');
  } finally {
    server.close();
  }
});
