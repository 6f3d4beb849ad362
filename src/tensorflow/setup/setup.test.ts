import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
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
function project(name: string): { setUp(env?: NodeJS.ProcessEnv): Promise<Outcome>; binding: string } {
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
  return {
    binding: bindingFile(tfjsNode),
    async setUp(env = {}) {
      const child = spawn(process.execPath, ['-e', program], {
        env: {
          ...process.env,
          FRACMOMENT_TFJS: 'auto',
          // an address at which nothing listens: the test does not depend on the network
          TFJS_NODE_CDN_STORAGE: 'http://127.0.0.1:9/',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      await new Promise((done) => child.once('close', done));
      return JSON.parse(output) as Outcome;
    },
  };
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
  const cache = path.join(folder, 'cache');
  const libraries = path.join(cache, 'fracmoment', path.basename(libraryFolder()));
  fs.mkdirSync(libraries, { recursive: true });
  for (const name of fs.readdirSync(libraryFolder()))
    if (!name.startsWith('tfjs_binding'))
      fs.symlinkSync(path.join(libraryFolder(), name), path.join(libraries, name));
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
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
    const [code] = await once(spawn(process.execPath, ['-e', program], { env, stdio: 'ignore' }), 'exit');
    assert.equal(code, 0);
    assert.equal(fs.readFileSync(path.join(target, 'lib', 'library.so'), 'utf8'), 'a library');
  } finally {
    server.close();
  }
});
