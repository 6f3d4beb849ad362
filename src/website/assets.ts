import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { pageProgram } from '../packaging/modules';

const root = path.resolve(__dirname, '..', '..');
const source = path.join(root, 'src', 'website');

/** The programs of the pages: their files on the site, and in src/website. */
const programs: Readonly<Record<string, string>> = {
  'charts.js': 'page/charts.ts',
  'explore.js': 'page/explore.ts',
};

/** The style sheet and the fonts of KaTeX, from the copy that renders the formulas. */
function katexFiles(): Map<string, string | Uint8Array> {
  const plugin = createRequire(require.resolve('@vscode/markdown-it-katex'));
  const folder = path.dirname(plugin.resolve('katex/dist/katex.min.css'));
  const style = readFileSync(path.join(folder, 'katex.min.css'), 'utf8');
  const fonts = readdirSync(path.join(folder, 'fonts')).filter((name) => name.endsWith('.woff2'));
  return new Map<string, string | Uint8Array>([
    // every browser that runs the pages reads woff2
    ['assets/katex/katex.css', style.replace(/,url\([^)]*\.(woff|ttf)\) format\("\w+"\)/g, '')],
    ...fonts.map((name): [string, Uint8Array] => [
      `assets/katex/fonts/${name}`,
      readFileSync(path.join(folder, 'fonts', name)),
    ]),
  ]);
}

/** What the pages load, by its file on the site. */
export async function assets(): Promise<Map<string, string | Uint8Array>> {
  const bundled = await Promise.all(
    Object.entries(programs).map(
      async ([name, entry]): Promise<[string, string]> => [
        `assets/${name}`,
        await pageProgram(`website/${entry}`),
      ],
    ),
  );
  return new Map<string, string | Uint8Array>([
    ...katexFiles(),
    ...bundled,
    ['assets/plotly.js', readFileSync(require.resolve('plotly.js-cartesian-dist-min'))],
    ['assets/site.css', readFileSync(path.join(source, 'site.css'))],
    ['assets/icon.svg', readFileSync(path.join(source, 'icon.svg'))],
  ]);
}
