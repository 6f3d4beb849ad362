import { existsSync, readdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { entries } from './entries';
import { writeIfChanged } from './write';

/*
 * The entries as ES modules, for bundlers and browsers: dist/esm has one module for each in src, so that a bundler keeps just
 * the modules that a name needs (`sideEffects: false`). A module NAME.browser.ts takes the place of NAME.ts.
 */

const root = path.resolve(__dirname, '..', '..');
const src = path.join(root, 'src');
const esm = path.join(root, 'dist', 'esm');

/** The source file that an import of a module means in a browser. */
function browserFile(folder: string, name: string): string {
  const base = path.resolve(folder, name.replace(/\.js$/, ''));
  return existsSync(`${base}.browser.ts`) ? `${base}.browser.ts` : `${base}.ts`;
}

/** Keeps every import, by the name that the imported module has in dist/esm. */
const keepImports: Plugin = {
  name: 'keep imports',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path: name, resolveDir, kind }) => {
      if (kind === 'entry-point') return undefined;
      const relative = path.relative(resolveDir, browserFile(resolveDir, name)).replace(/\.ts$/, '.mjs');
      return { path: `./${relative}`.replace('./..', '..').replaceAll(path.sep, '/'), external: true };
    });
  },
};

/** Follows every import of this package's files, as keepImports resolves them. */
export const followImports: Plugin = {
  name: 'follow imports',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path: name, resolveDir }) =>
      resolveDir.startsWith(src) ? { path: browserFile(resolveDir, name) } : undefined,
    );
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  external: ['@tensorflow/*'],
  write: false,
} satisfies BuildOptions;

/** The text of the program that all Web Workers run. */
export async function webWorkerProgram(): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    format: 'iife',
    minify: true,
    entryPoints: [path.join(src, 'webWorker.ts')],
    plugins: [followImports],
  });
  return outputFiles[0]!.text;
}

/**
 * The text of a script that runs in a page: a file of src with all that it imports, as a browser gets it.
 * @param entry its path in src
 */
export async function pageProgram(entry: string): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    minify: true,
    define: { webWorkerProgram: JSON.stringify(await webWorkerProgram()) },
    entryPoints: [path.join(src, entry)],
    plugins: [followImports],
  });
  return outputFiles[0]!.text;
}

/** The content of dist/esm by file. */
async function modules(): Promise<Map<string, string | Uint8Array>> {
  const define = { webWorkerProgram: JSON.stringify(await webWorkerProgram()) };
  const files = Object.values(entries).map((module) => path.join(src, `${module}.ts`));
  const whole = { ...common, outdir: esm, define, plugins: [followImports] };
  const { metafile } = await build({ ...whole, entryPoints: files, metafile: true });
  const { outputFiles } = await build({
    ...whole,
    entryPoints: Object.keys(metafile.inputs),
    outbase: src,
    outExtension: { '.js': '.mjs' },
    plugins: [keepImports],
  });
  const made = new Map<string, string | Uint8Array>();
  for (const { path: file, contents } of outputFiles) made.set(file, contents);
  for (const module of Object.values(entries)) {
    const types = path.join(esm, `${module}.d.mts`);
    const original = path.relative(path.dirname(types), path.join(root, 'dist', `${module}.js`));
    made.set(types, `export * from '${original.replaceAll(path.sep, '/')}';\n`);
  }
  return made;
}

/** Writes dist/esm, and removes what is no longer part of it. */
export async function buildModules(): Promise<void> {
  const made = await modules();
  for (const [file, content] of made) writeIfChanged(file, content);
  for (const name of readdirSync(esm, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(esm, name);
    if (/\.m[jt]s$/.test(file) && !made.has(file)) rmSync(file);
  }
}
