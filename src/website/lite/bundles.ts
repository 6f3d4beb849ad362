import * as path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { entries } from '../../packaging/entries';
import { followImports, webWorkerProgram } from '../../packaging/modules';

/*
 * The kernel's programs for browsers: the worker, the modules that cells import, and the page's half.
 */

const root = path.resolve(__dirname, '..', '..', '..');
const src = path.join(root, 'src');
const browser = path.join(src, 'kernel', 'browser');

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: 'es2022',
  platform: 'browser',
  write: false,
  legalComments: 'none',
  logLevel: 'error',
} satisfies BuildOptions;

/** Files by their path in the site's folder `kernel`. */
export type Files = Map<string, string | Uint8Array>;

/** What TypeScript asks of Node where it runs in Node. */
const withoutNode: Plugin = {
  name: 'without Node',
  setup({ onResolve, onLoad }) {
    onResolve(
      {
        filter:
          /^(?:node:.*|fs|path|os|crypto|inspector|perf_hooks|util|buffer|string_decoder|source-map-support)$/,
      },
      ({ path: name }) => ({
        path: name,
        namespace: 'node',
      }),
    );
    onLoad({ filter: /.*/, namespace: 'node' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The kernel in a worker. */
export async function workerBundle(): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    format: 'iife',
    entryPoints: [path.join(browser, 'worker.ts')],
    plugins: [followImports, withoutNode],
  });
  return outputFiles[0]!.text;
}

/** The script with which the page starts the first worker. */
export async function firstScript(): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    format: 'iife',
    entryPoints: [path.join(browser, 'page', 'first.ts')],
  });
  return outputFiles[0]!.text.trim();
}

/** In cells TensorFlow.js is on WebAssembly. */
const forCells: Plugin = {
  name: 'for cells',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({ path: 'tfjs', namespace: 'cells' }));
    onLoad({ filter: /^tfjs$/, namespace: 'cells' }, () => ({
      resolveDir: browser,
      contents: `
        import * as tf from './tfjs';
        export * from './tfjs';
        await tf.startWasm(new URL('modules/', location.href).href);`,
    }));
  },
};

/** The modules that cells import, by name, and what they share. */
export async function moduleBundles(names: readonly string[]): Promise<Files> {
  const sources: Record<string, string> = {};
  for (const name of names) {
    const entry = entries[name.replace(/^fracmoment(?:\/|$)/, './').replace(/^\.\/$/, '.')];
    sources[name] = name.startsWith('fracmoment') ? path.join(src, `${entry}.ts`) : name;
  }
  const { outputFiles } = await build({
    ...common,
    format: 'esm',
    splitting: true,
    outdir: '/modules',
    chunkNames: 'shared-[hash]',
    entryPoints: Object.entries(sources).map(([out, file]) => ({ in: file, out })),
    define: { webWorkerProgram: JSON.stringify(await webWorkerProgram()) },
    plugins: [forCells, followImports, withoutNode],
  });
  return new Map(outputFiles.map(({ path: file, contents }) => [path.posix.relative('/', file), contents]));
}

/** What JupyterLab has loaded already is taken from it. */
export const sharedPackages = [
  '@jupyterlab/coreutils',
  '@jupyterlab/notebook',
  '@jupyterlab/rendermime',
  '@jupyterlite/services',
  '@lumino/signaling',
  '@lumino/widgets',
];

const fromJupyterLab: Plugin = {
  name: 'from JupyterLab',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(?:${sharedPackages.join('|')})$`) }, ({ path: name }) => ({
      path: name,
      namespace: 'shared',
    }));
    onLoad({ filter: /.*/, namespace: 'shared' }, ({ path: name }) => ({
      contents: `module.exports = fracmomentShared[${JSON.stringify(name)}];`,
    }));
  },
};

/** The page's half: a container of module federation, which takes the packages that JupyterLab shares. */
export async function pageBundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    format: 'iife',
    globalName: 'plugins',
    entryPoints: [path.join(browser, 'page', 'plugins.ts')],
    plugins: [followImports, fromJupyterLab],
  });
  return `(() => {
  let scope;
  const newest = (versions) =>
    versions[Object.keys(versions).sort((a, b) => b.localeCompare(a, undefined, { numeric: true }))[0]];
  const load = async (name) => [name, (await newest(scope[name]).get())()];
  (globalThis._JUPYTERLAB ??= {})[${JSON.stringify(name)}] = {
    init(shared) { scope = shared; },
    async get() {
      const fracmomentShared = Object.fromEntries(await Promise.all(${JSON.stringify(sharedPackages)}.map(load)));
      ${outputFiles[0]!.text}
      return () => plugins;
    },
  };
})();\n`;
}
