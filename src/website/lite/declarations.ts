import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { browserEnvironment, type Declarations, libFolder } from '../../kernel/browser/environment';
import { root as virtualRoot } from '../../kernel/browser/paths';
import { createCellCompiler } from '../../kernel/compiler/cellCompiler';
import type { Ts } from '../../kernel/compiler/names';
import { exportedByTheLibrary } from '../../kernel/node/environment';
import { nodeFiles } from '../../kernel/node/files';
import { parseNotebook, sourceOf } from '../../kernel/notebook';
import { entries } from '../../packaging/entries';
import { notebooks } from '../notebooks';

const root = path.resolve(__dirname, '..', '..', '..');

/** The library's modules but that which is typed by TensorFlow.js. */
const library = Object.keys(entries)
  .map((entry) => path.posix.join('fracmoment', entry))
  .filter((module) => module !== 'fracmoment/tensorflow');

/** The other modules that cells can import, by the name of the file of their declarations: those that notebooks use. */
const packages: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(importedByNotebooks().map((name) => [name, [name]])),
  tensorflow: ['fracmoment/tensorflow', '@tensorflow/tfjs'],
};

/** The packages that cells of the notebooks import. */
function importedByNotebooks(): string[] {
  const names = new Set<string>();
  for (const { name } of notebooks) {
    const { cells } = parseNotebook(readFileSync(path.join(root, 'notebooks', `${name}.ipynb`), 'utf8'));
    for (const cell of cells)
      for (const [, module] of sourceOf(cell).matchAll(/ from '([^']+)';$/gm))
        if (cell.cell_type === 'code' && !/^(?:fracmoment|node:|@tensorflow\/)/.test(module!))
          names.add(module!);
  }
  return [...names].sort();
}

/** All modules that cells can import. */
export const cellModuleNames: readonly string[] = [...library, ...Object.values(packages).flat()];

/** The files with declarations by name: what the compiler reads, in Node, for a cell that imports the modules. */
export function declarationFiles(): Map<string, string> {
  const exported = Object.fromEntries(exportedByTheLibrary());
  const modules = [...cellModuleNames, 'node:fs', 'node:path'];
  const readFor = recorder({ exported, modules });
  const files = readFor(library);
  const own: Record<string, Record<string, string>> = {};
  const homes: Record<string, string> = {};
  for (const [name, imported] of Object.entries(packages)) {
    own[name] = {};
    for (const [file, text] of Object.entries(readFor(imported))) {
      if (file in files) continue;
      const [, home] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
      if (home === undefined || home === `${virtualRoot}/node_modules/fracmoment`) files[file] = text;
      else {
        own[name][file] = text;
        homes[home] = `${name}.json`;
      }
    }
  }
  const declarations: Declarations = { files, exported, modules, packages: homes };
  return new Map([
    ['fracmoment.json', JSON.stringify(declarations)],
    ...Object.entries(own).map(([name, texts]): [string, string] => [`${name}.json`, JSON.stringify(texts)]),
  ]);
}

/** The function that tells which files the compiler reads for a cell that imports some modules, by their path in a browser. */
function recorder(environment: Pick<Declarations, 'exported' | 'modules'>) {
  const ts = require('typescript-for-cells') as Ts;
  const real = path.dirname(require.resolve('typescript-for-cells'));
  const { realPath: _, ...disk } = nodeFiles(path.join(root, 'notebooks'));
  return (modules: readonly string[]): Record<string, string> => {
    const found: Record<string, string> = {};
    const note = (file: string) => {
      if (!existsSync(file)) return;
      const text = readFileSync(file, 'utf8');
      const inside = file.startsWith(real)
        ? libFolder + file.slice(real.length)
        : virtualRoot + file.slice(root.length);
      found[inside] = file.endsWith('package.json') ? manifest(text) : text;
    };
    const compiler = createCellCompiler(
      ts,
      {
        ...disk,
        read(file) {
          note(file);
          return disk.read(file);
        },
        fileExists(file) {
          const exists = disk.fileExists(file);
          if (exists) note(file);
          return exists;
        },
      },
      browserEnvironment(environment),
    );
    const compiled = compiler.compile(
      modules.map((name, i) => `import * as m${i} from '${name}';`).join('\n'),
    );
    if ('diagnostics' in compiled)
      throw new Error(`a cell cannot import ${modules.join(', ')}: ${compiled.diagnostics[0]!.message}`);
    return found;
  };
}

/** What of a package's manifest the compiler looks at. */
function manifest(text: string): string {
  const { name, version, type, main, types, typings, exports, typesVersions } = JSON.parse(text) as Record<
    string,
    unknown
  >;
  return JSON.stringify({ name, version, type, main, types, typings, exports, typesVersions });
}
