import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheFolder } from '../../platform/cacheFolder';
import { draftOf, removeLeftDrafts } from '../../platform/drafts';
import { bindingFile, workingVersion } from './binding';
import { firstThatRuns, run } from './run';

/**
 * The Python package that contains TensorFlow's C library and headers, and the expected sizes of the library
 * files.
 */
const wheel = {
  system: 'linux-x64',
  name: 'tensorflow-cpu',
  version: '2.13.1',
  python: '3.11',
  platforms: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
  sha256: '87be6e61314b2c0fa062f71e26e41d6a17e162ffe4da72c820fe8f1fc94d97fe',
  libraries: { 'libtensorflow_cc.so.2': 516_698_128, 'libtensorflow_framework.so.2': 44_078_920 },
} as const;

export function libraryFolder(): string {
  return path.join(cacheFolder(), `${wheel.name}-${wheel.version}`);
}

/** Whether the library is complete in the user's cache folder. */
export function libraryIsCached(): boolean {
  return Object.entries(wheel.libraries).every(
    ([name, size]) => fs.statSync(path.join(libraryFolder(), name), { throwIfNoEntry: false })?.size === size,
  );
}

/** Installs a binding to the library of the Python package where @tensorflow/tfjs-node looks for it. */
export async function installFromWheel(folder: string, log: (line: string) => void): Promise<void> {
  if (`${process.platform}-${process.arch}` !== wheel.system)
    throw new Error(`available for ${wheel.system} only; this is ${process.platform}-${process.arch}`);
  if (!libraryIsCached()) await fetchLibrary(log);
  removeLeftDrafts(libraryFolder());
  const compiled = path.join(libraryFolder(), 'tfjs_binding-4.22.0.node');
  if (fs.existsSync(compiled)) {
    place(compiled, bindingFile(folder));
    // a binding compiled on another system that shares this folder may not load here
    if ((await workingVersion()) !== undefined) return;
  }
  await compileBinding(folder, compiled, log);
  place(compiled, bindingFile(folder));
}

function place(file: string, target: string): void {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const draft = draftOf(target);
  fs.copyFileSync(file, draft);
  fs.renameSync(draft, target);
}

async function fetchLibrary(log: (line: string) => void): Promise<void> {
  const python = await firstThatRuns(['python3', 'python'], ['-m', 'pip', '--version']);
  if (python === undefined)
    throw new Error(
      'Python 3 with pip is required to download it (Debian, Ubuntu: apt-get install python3-pip)',
    );
  log(`downloading ${wheel.name} ${wheel.version} with pip (190 MB)`);
  const part = draftOf(libraryFolder());
  fs.mkdirSync(part);
  try {
    const requirement = path.join(part, 'requirement.txt');
    fs.writeFileSync(requirement, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
    await run(python, [
      ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps'],
      ...['--retries', '1', '--timeout', '15', '--only-binary', ':all:', '--implementation', 'cp'],
      ...['--python-version', wheel.python, ...wheel.platforms.flatMap((name) => ['--platform', name])],
      ...['--require-hashes', '--requirement', requirement, '--dest', part],
    ]);
    const file = fs.readdirSync(part).find((name) => name.endsWith('.whl'))!;
    await run(python, ['-c', extract, path.join(part, file), path.join(part, 'unpacked')]);
    fs.rmSync(libraryFolder(), { recursive: true, force: true });
    fs.renameSync(path.join(part, 'unpacked', 'tensorflow'), libraryFolder());
  } finally {
    fs.rmSync(part, { recursive: true, force: true });
  }
  if (!libraryIsCached()) throw new Error(`the libraries in ${libraryFolder()} have unexpected sizes`);
}

/** Python program that extracts the two libraries and the headers of the C API from the wheel. */
const extract = `
import re, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wanted = re.compile(r'tensorflow/(libtensorflow_(cc|framework)\\.so\\.2|include/tensorflow/((tsl/)?c|(core|tsl)/platform)/.*\\.h)')
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if wanted.fullmatch(name)])`;

async function compileBinding(folder: string, output: string, log: (line: string) => void): Promise<void> {
  const candidates = [process.env.CXX ?? [], 'g++', 'c++', 'clang++'].flat();
  const compiler = await firstThatRuns(candidates, ['--version']);
  if (compiler === undefined)
    throw new Error('a C++ compiler is required to build the binding (Debian, Ubuntu: apt-get install g++)');
  log(`compiling the binding with ${compiler}`);
  const draft = draftOf(output);
  const { include_dir: nodeHeaders } = require('node-api-headers') as { include_dir: string };
  await run(
    compiler,
    [
      ...['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
      ...['-I', nodeHeaders, '-I', path.join(libraryFolder(), 'include')],
      ...[path.join('binding', 'tfjs_backend.cc'), path.join('binding', 'tfjs_binding.cc')],
      ...Object.keys(wheel.libraries).map((name) => path.join(libraryFolder(), name)),
      ...[`-Wl,-rpath,${libraryFolder()}`, '-o', draft],
    ],
    { cwd: folder },
  );
  fs.renameSync(draft, output);
}
