import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { requireOneOf } from '../core/validation';
import { withLock } from '../platform/lock';
import { nativePackage } from './native';

/** What is made of native TensorFlow; as a string it is the value of the environment variable FRACMOMENT_TFJS. */
export type NativeMode = 'auto' | 'required' | 'skip';

const modes: readonly NativeMode[] = ['auto', 'required', 'skip'];

/**
 * The mode asked for by the environment variable FRACMOMENT_TFJS; 'auto' where it is unset or empty.
 * @throws RangeError if it has another value.
 */
export function nativeMode(): NativeMode {
  return requireOneOf('FRACMOMENT_TFJS', process.env.FRACMOMENT_TFJS || 'auto', modes);
}

/**
 * Makes the native backend of TensorFlow.js work, wherever that is possible; a fraction of a second where it does.
 *
 * The ways, the first that works being taken: what is installed; the installer of @tensorflow/tfjs-node, which
 * downloads TensorFlow's C library; on Linux x64, that library out of the Python package tensorflow-cpu (its SHA-256
 * checked by pip), kept in a folder of this user's, with the binding compiled by the system's C++ compiler. If npm
 * left the optional package @tensorflow/tfjs-node out, npm is asked for it first. Several may run at once.
 * @param options `mode`: 'auto' (default), 'required': an Error where native TensorFlow cannot be made to work,
 *   'skip': nothing is touched; by default the value of the environment variable FRACMOMENT_TFJS. `log` gets a line
 *   for every step that takes time.
 * @returns whether native TensorFlow works, and in `detail` its version, or why it does not.
 * @throws RangeError if the mode is none of these; Error in mode 'required', see there.
 * @example
 * const { ready, detail } = await setupTensorFlow({ mode: 'skip' });
 * ready // false
 */
export async function setupTensorFlow(
  options: { mode?: NativeMode; log?: (line: string) => void } = {},
): Promise<{ ready: boolean; detail: string }> {
  const mode = options.mode === undefined ? nativeMode() : requireOneOf('mode', options.mode, modes);
  const log = options.log ?? (() => {});
  if (mode === 'skip')
    return { ready: false, detail: 'native TensorFlow is left alone, as asked for: WebAssembly is used' };
  try {
    const version = (await workingVersion()) ?? (await makeWork(log));
    return { ready: true, detail: `native TensorFlow ${version} works` };
  } catch (error) {
    const detail = `native TensorFlow is not available: ${(error as Error).message}`;
    if (mode === 'required') throw new Error(detail, { cause: error });
    return { ready: false, detail: `${detail}\nWebAssembly is used, which trains several times slower` };
  }
}

/**
 * The version of TensorFlow's library if the binding to it loads and the packages around it are there; in a process
 * of its own since it may crash. TensorFlow.js as a whole would take three times as long to load.
 */
async function workingVersion(): Promise<string | undefined> {
  const folder = nativePackage();
  if (folder === undefined || !fs.existsSync(bindingFile(folder))) return undefined;
  try {
    const [binding, paths] = [bindingFile(folder), [folder]].map((value) => JSON.stringify(value));
    const program = `require.resolve('@tensorflow/tfjs', { paths: ${paths} }); require(${binding}).TF_Version`;
    return await run(process.execPath, ['-p', program]);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

function makeWork(log: (line: string) => void): Promise<string> {
  const waiting = () => log('waiting for another set-up of TensorFlow to end');
  return withLock(path.join(cacheFolder(), 'setup.lock'), waiting, async () => {
    const done = await workingVersion();
    if (done !== undefined) return done;
    const folder = nativePackage() ?? (await restorePackage(log));
    const routes = [
      { name: 'its own installer', install: installOfficially },
      { name: 'the Python package', install: installFromWheel },
    ];
    if (libraryIsCached()) routes.reverse();
    const failures: string[] = [];
    for (const { name, install } of routes) {
      try {
        await install(folder, log);
        return await computedVersion();
      } catch (error) {
        failures.push(`${name}: ${(error as Error).message}`);
        log(`that did not work: ${(error as Error).message}`);
      }
    }
    throw new Error(failures.join('\n'));
  });
}

/** The version of TensorFlow's library after a product was computed with it, all as loadTensorFlow loads it. */
function computedVersion(): Promise<string> {
  const program = `
    const tf = require(${JSON.stringify(require.resolve('./native'))}).loadNative();
    const [product] = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
    if (tf.getBackend() !== 'tensorflow' || product !== 11) throw new Error('it computes ' + product + ', not 11');
    tf.backend().binding.TF_Version`;
  return run(process.execPath, ['-p', program]);
}

/** Where @tensorflow/tfjs-node 4.22.0 looks for its binding to TensorFlow's C library, on every Node from 20 on. */
export function bindingFile(folder: string): string {
  return path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
}

function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'fracmoment');
}

/** Has npm put back the optional package, which it removes when the package's own installation fails. */
async function restorePackage(log: (line: string) => void): Promise<string> {
  const parts = __dirname.split(path.sep);
  const inModules = parts.indexOf('node_modules');
  // the project whose node_modules holds this package, or this package's own folder
  const project =
    inModules < 0 ? path.resolve(__dirname, '..', '..') : parts.slice(0, inModules).join(path.sep);
  if (!fs.existsSync(path.join(project, 'node_modules', '.package-lock.json')))
    throw new Error(
      `the package @tensorflow/tfjs-node 4.22.0 is not installed, and ${project} is not npm's: add it there`,
    );
  const npm = process.env.npm_execpath;
  const byNpm = npm?.endsWith('npm-cli.js');
  const args =
    'install --ignore-scripts --no-save --include=optional --prefer-offline --no-audit --no-fund'.split(' ');
  log(`npm ${args.join(' ')}`);
  await run(byNpm ? process.execPath : 'npm', byNpm ? [npm!, ...args] : args, {
    cwd: project,
    shell: !byNpm && process.platform === 'win32',
  });
  const folder = nativePackage();
  if (folder === undefined) throw new Error('npm did not restore the package @tensorflow/tfjs-node');
  return folder;
}

/** Runs the package's own installer; it is ended when its downloads do not begin within 10 s, or rest for 60 s. */
async function installOfficially(folder: string, log: (line: string) => void): Promise<void> {
  log("TensorFlow.js' own installer downloads TensorFlow");
  const results = ['deps', 'lib', 'build'].map((name) => path.join(folder, name));
  for (const result of results) fs.rmSync(result, { recursive: true, force: true });
  const bin = folder
    .split(path.sep)
    .map((_, i, parts) => path.join(parts.slice(0, i + 1).join(path.sep), 'node_modules', '.bin'));
  const idle = new AbortController();
  let arrived = 0;
  let since = Date.now();
  const watch = setInterval(() => {
    const size = sizeOf(results);
    if (size !== arrived) since = Date.now();
    arrived = size;
    if (Date.now() - since > (arrived === 0 ? 10_000 : 60_000)) idle.abort();
  }, 500);
  try {
    await run(process.execPath, [path.join('scripts', 'install.js'), 'cpu', 'download'], {
      cwd: folder,
      env: { ...process.env, PATH: [...bin.reverse(), process.env.PATH].join(path.delimiter) },
      signal: idle.signal,
    });
  } catch (error) {
    throw idle.signal.aborted ? new Error(`nothing arrived after ${arrived} bytes`) : error;
  } finally {
    clearInterval(watch);
  }
}

function sizeOf(folders: string[]): number {
  return folders
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) =>
      fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
    )
    .reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** The Python package that holds TensorFlow's C library, its headers, and what the library's files must measure. */
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

/** Whether the library of the Python package lies complete in this user’s cache. */
export function libraryIsCached(): boolean {
  return Object.entries(wheel.libraries).every(
    ([name, size]) => fs.statSync(path.join(libraryFolder(), name), { throwIfNoEntry: false })?.size === size,
  );
}

/** Puts a binding to the library of the Python package where the package looks for it. */
async function installFromWheel(folder: string, log: (line: string) => void): Promise<void> {
  if (`${process.platform}-${process.arch}` !== wheel.system)
    throw new Error(`only for ${wheel.system}, this is ${process.platform}-${process.arch}`);
  if (!libraryIsCached()) await fetchLibrary(log);
  const compiled = path.join(libraryFolder(), 'tfjs_binding-4.22.0.node');
  if (fs.existsSync(compiled)) {
    place(compiled, bindingFile(folder));
    // one compiled on another system that shares this folder may not load here
    if ((await workingVersion()) !== undefined) return;
  }
  await compileBinding(folder, compiled, log);
  place(compiled, bindingFile(folder));
}

function place(file: string, target: string): void {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(file, `${target}.new`);
  fs.renameSync(`${target}.new`, target);
}

async function fetchLibrary(log: (line: string) => void): Promise<void> {
  const python = await firstThatRuns(['python3', 'python'], ['-m', 'pip', '--version']);
  if (python === undefined)
    throw new Error('Python 3 with pip is needed to fetch it (Debian, Ubuntu: apt-get install python3-pip)');
  log(`pip downloads ${wheel.name} ${wheel.version} (190 MB), which holds TensorFlow's library`);
  const parts = fs.readdirSync(cacheFolder()).filter((name) => name.startsWith('part-'));
  for (const left of parts) fs.rmSync(path.join(cacheFolder(), left), { recursive: true });
  const part = fs.mkdtempSync(path.join(cacheFolder(), 'part-'));
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

/** Python: the two libraries and the headers of the C interface, out of all the wheel holds. */
const extract = `
import re, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wanted = re.compile(r'tensorflow/(libtensorflow_(cc|framework)\\.so\\.2|include/tensorflow/((tsl/)?c|(core|tsl)/platform)/.*\\.h)')
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if wanted.fullmatch(name)])`;

async function compileBinding(folder: string, output: string, log: (line: string) => void): Promise<void> {
  const candidates = [process.env.CXX ?? [], 'g++', 'c++', 'clang++'].flat();
  const compiler = await firstThatRuns(candidates, ['--version']);
  if (compiler === undefined)
    throw new Error('a C++ compiler is needed to bind it to Node (Debian, Ubuntu: apt-get install g++)');
  log(`${compiler} compiles the binding`);
  const { include_dir: nodeHeaders } = require('node-api-headers') as { include_dir: string };
  await run(
    compiler,
    [
      ...['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
      ...['-I', nodeHeaders, '-I', path.join(libraryFolder(), 'include')],
      ...[path.join('binding', 'tfjs_backend.cc'), path.join('binding', 'tfjs_binding.cc')],
      ...Object.keys(wheel.libraries).map((name) => path.join(libraryFolder(), name)),
      ...[`-Wl,-rpath,${libraryFolder()}`, '-o', `${output}.new`],
    ],
    { cwd: folder },
  );
  fs.renameSync(`${output}.new`, output);
}

async function firstThatRuns(commands: string[], args: string[]): Promise<string | undefined> {
  for (const command of commands) {
    try {
      await run(command, args);
      return command;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  return undefined;
}

/** A command could not be started, or failed. */
class CommandError extends Error {}

/** What a command writes to its output, trimmed. Rejects with a CommandError that ends in its last lines. */
async function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; shell?: boolean; signal?: AbortSignal } = {},
): Promise<string> {
  try {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', ...options.env };
    const { stdout } = await promisify(execFile)(command, args, { ...options, env, maxBuffer: 1 << 26 });
    return stdout.trim();
  } catch (error) {
    const { code, signal, stderr, message } = error as Error & {
      code: unknown;
      signal: unknown;
      stderr?: string;
    };
    const lines = (stderr ?? '').split('\n').filter((line) => line.trim() !== '');
    const reason = lines.find((line) => /^\w*Error: /.test(line)) ?? lines.slice(-3).join(' | ');
    throw new CommandError(
      `${path.basename(command)}: ${reason || `ended with ${signal ?? code ?? message}`}`,
      {
        cause: error,
      },
    );
  }
}
