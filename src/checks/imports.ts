import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/*
 * The structure of the sources: which folder imports which, the longest files, and names exported twice.
 * npm run structure
 */

/**
 * The folders of src, each of which imports only from those before it. Kernel, packaging, website and commands come last,
 * so that no library depends on them.
 */
export const folders = [
  'bench',
  'core',
  'platform',
  'theory',
  'estimators',
  'charts',
  'notebook',
  'render',
  'simulation',
  'tensorflow',
  'models',
  'datasets',
  'training',
  'paper',
  'kernel',
  'packaging',
  'website',
  'commands',
  'browser',
  'checks',
] as const;

const src = path.resolve(__dirname, '..', '..', 'src');

/** A source file by its path in src. */
export interface SourceFile {
  file: string;
  text: string;
  lines: number;
  /** The files of src that it imports, types included. */
  imports: string[];
}

/** All source files, tests and benchmarks included. */
export function sourceFiles(): SourceFile[] {
  const names = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.ts'));
  const known = new Set(names);
  return names.sort().map((file) => {
    const text = readFileSync(path.join(src, file), 'utf8');
    const specifiers = [...text.matchAll(/(?:from |import\()['"](\.[^'"]*)['"]/g)].map((match) => match[1]!);
    const imports = specifiers
      .map((name) => `${path.posix.join(path.posix.dirname(file), name.replace(/\.js$/, ''))}.ts`)
      .filter((name) => known.has(name));
    return { file, text, lines: text.split('\n').length - 1, imports };
  });
}

/** A file's folder in src; '' for those in src itself. */
export function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

export const isTest = (file: string) => /\.(test|bench|testData)\.|[tT]estData|\.test\.worker/.test(file);

/** By name, the files that export a type, class, function or constant of this name, where there are several; twins for browsers do not count. */
export function exportedTwice(files: readonly SourceFile[]): Record<string, string[]> {
  const declared = new Map<string, string[]>();
  for (const { file, text } of files) {
    if (isTest(file) || file.endsWith('.browser.ts') || folderOf(file) === 'checks') continue;
    const names = text.matchAll(
      /^export (?:declare )?(?:async )?(?:interface|type|class|function|const) (\w+)/gm,
    );
    for (const [, name] of names) declared.set(name!, [...(declared.get(name!) ?? []), file]);
  }
  return Object.fromEntries([...declared].filter(([, where]) => new Set(where).size > 1));
}

function print(): void {
  const files = sourceFiles();
  const write = (line: string) => process.stdout.write(`${line}\n`);
  write('folder imports from');
  for (const folder of folders) {
    const own = files.filter(({ file }) => folderOf(file) === folder && !isTest(file));
    const from = new Set(own.flatMap(({ imports }) => imports.map(folderOf)));
    from.delete(folder);
    write(`  ${folder.padEnd(11)} ${folders.filter((other) => from.has(other)).join(', ') || '–'}`);
  }
  write('\nlongest files (lines), tests left out');
  const longest = files.filter(({ file }) => !isTest(file)).sort((a, b) => b.lines - a.lines);
  for (const { file, lines } of longest.slice(0, 10)) write(`  ${String(lines).padStart(4)}  ${file}`);
}

if (require.main === module) print();
