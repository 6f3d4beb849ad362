// What cells may use in a browser, and the declarations that the compiler reads.
import type { CellCompiler, CellEnvironment, CellFiles } from '../compiler/cellCompiler';
import { commonGlobals } from '../compiler/globals';
import { folder, root } from './paths';
import type { VisitorFiles } from './visitorFiles';

/** The declarations that every cell needs, and where the others are: made by declarations.ts of the site. */
export interface Declarations {
  /** The text of each file by its path. */
  files: Record<string, string>;
  /** What the library exports, with the module that does. */
  exported: Record<string, string>;
  /** The modules that cells can import. */
  modules: readonly string[];
  /** The file with the declarations of a package, by its folder. */
  packages: Record<string, string>;
}

/** The folder of TypeScript's own declarations. */
export const libFolder = `${root}/node_modules/typescript/lib`;

/** TypeScript's libraries for what every browser of today knows, which is as much as Node 20. */
export const libs: readonly string[] = ['es2023', 'esnext.disposable', 'decorators'];

/** Declarations of what cells use besides the language: of the browser's globals, and of Node's what there is. */
export const globals = `${commonGlobals}
interface ErrorConstructor { stackTraceLimit: number; captureStackTrace(target: object): void }
interface URL { href: string; hash: string; host: string; hostname: string; origin: string; pathname: string;
  port: string; protocol: string; search: string; readonly searchParams: any }
declare var URL: { prototype: URL; new (url: string | URL, base?: string | URL): URL; canParse(url: string): boolean };
declare var TextEncoder: { new (): { encode(text?: string): Uint8Array } };
declare var TextDecoder: { new (label?: string): { decode(bytes?: ArrayBufferView | ArrayBuffer): string } };
declare var crypto: { randomUUID(): string; getRandomValues<T extends ArrayBufferView>(array: T): T; readonly subtle: any };
declare function fetch(input: string | URL, init?: any): Promise<any>;
declare function atob(data: string): string;
declare function btoa(data: string): string;
declare var process: { readonly env: Record<string, string | undefined>; readonly platform: 'browser';
  readonly argv: string[]; readonly versions: Record<string, string>; cwd(): string;
  emitWarning(warning: string | Error, options?: any, code?: string): void;
  readonly stdout: { write(text: string): boolean }; readonly stderr: { write(text: string): boolean } };
declare function require(module: string): any;
declare module 'node:fs' {
  export function readFileSync(path: string, options: 'utf8' | 'utf-8' | { encoding: 'utf8' | 'utf-8' }): string;
  export function readFileSync(path: string, options?: null): Uint8Array;
  export function existsSync(path: string): boolean;
  const fs: { readFileSync: typeof readFileSync; existsSync: typeof existsSync };
  export default fs;
}
declare module 'fs' { export * from 'node:fs'; export { default } from 'node:fs' }
declare module 'node:path' {
  export const sep: string;
  export function resolve(...parts: string[]): string;
  export function join(...parts: string[]): string;
  export function basename(path: string, ending?: string): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function isAbsolute(path: string): boolean;
  const path: { sep: string; resolve: typeof resolve; join: typeof join; basename: typeof basename;
    dirname: typeof dirname; extname: typeof extname; isAbsolute: typeof isAbsolute };
  export default path;
}
declare module 'path' { export * from 'node:path'; export { default } from 'node:path' }
`;

export function browserEnvironment({
  exported,
  modules,
}: Pick<Declarations, 'exported' | 'modules'>): CellEnvironment {
  const names = new Map(Object.entries(exported));
  return { libs, globals, exported: () => names, modules, whole: undefined };
}

/** The same compiler, which names the modules that there are where a cell imports another. */
export function namingModules(compiler: CellCompiler, modules: readonly string[]): CellCompiler {
  const advice = `\n  In a browser there are ${modules.join(', ')} and the files beside the notebook.`;
  return {
    ...compiler,
    compile(code) {
      const compiled = compiler.compile(code);
      if ('cell' in compiled) return compiled;
      const diagnostics = compiled.diagnostics.map((found) =>
        found.message.startsWith('Cannot find module ')
          ? { ...found, message: found.message + advice }
          : found,
      );
      return { diagnostics };
    },
  };
}

/**
 * The files that the compiler sees: declarations, and what a visitor has beside the notebooks.
 * @param load the declarations of a package, by the name of their file; read when the compiler first looks for it
 */
export function browserFiles(
  { files, packages }: Pick<Declarations, 'files' | 'packages'>,
  load: (file: string) => Record<string, string>,
  visitor: VisitorFiles,
): CellFiles {
  const texts = new Map<string, string>();
  const folders = new Map<string, { folders: Set<string>; files: Set<string> }>();
  const folderOf = (path: string) => {
    if (!folders.has(path)) folders.set(path, { folders: new Set(), files: new Set() });
    return folders.get(path)!;
  };
  /** Makes a folder known to those above it. */
  const addFolder = (path: string) => {
    folderOf(path);
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/')))
      folderOf(at.slice(0, at.lastIndexOf('/'))).folders.add(at.slice(at.lastIndexOf('/') + 1));
  };
  const add = (all: Record<string, string>) => {
    for (const [path, text] of Object.entries(all)) {
      texts.set(path, text);
      const parent = path.slice(0, path.lastIndexOf('/'));
      addFolder(parent);
      folderOf(parent).files.add(path);
    }
  };
  add(files);
  addFolder(folder);
  const unloaded = new Map(Object.entries(packages));
  for (const path of unloaded.keys()) addFolder(path);
  const loaded = new Set<string>();
  /** Loads the package in which a path lies. */
  const reach = (path: string) => {
    const [, home] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)(?:\/|$)/.exec(path) ?? [];
    const file = home === undefined ? undefined : unloaded.get(home);
    if (file === undefined || loaded.has(file)) return;
    loaded.add(file);
    add(load(file));
  };
  return {
    folder,
    libFolder,
    read: (file) => {
      reach(file);
      return texts.get(file) ?? visitor.text(file);
    },
    fileExists: (file) => {
      reach(file);
      return texts.has(file) || visitor.version(file) !== undefined;
    },
    directoryExists(path) {
      const name = path.replace(/(.)\/$/, '$1');
      return folders.has(name) || [...visitor.paths()].some((file) => file.startsWith(`${name}/`));
    },
    directories: (path) => [...(folders.get(path)?.folders ?? [])],
    filesIn: (path) => [...(folders.get(path)?.files ?? [])],
    version: (file) => visitor.version(file) ?? '1',
  };
}
