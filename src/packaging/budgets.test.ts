import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/* What a page loads for a few names, bundled by esbuild as its users would, in bytes after gzip. */

const root = path.resolve(__dirname, '..', '..');

/** The sizes after gzip of what a program loads at its start, and of what it loads later. */
async function sizes(program: string): Promise<{ start: number; later: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: root },
    absWorkingDir: root,
    outdir: 'dist/budget', // nothing is written
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    external: ['@tensorflow/*'],
  });
  const reached = new Map<string, 'start' | 'later'>();
  const visit = (file: string, when: 'start' | 'later') => {
    if (reached.has(file)) return;
    reached.set(file, when);
    for (const { path: next, kind, external } of metafile.outputs[file]!.imports)
      if (!external) visit(next, kind === 'dynamic-import' ? 'later' : when);
  };
  visit('dist/budget/stdin.js', 'start');
  const total = (when: 'start' | 'later') =>
    outputFiles
      .filter((file) => reached.get(path.relative(root, file.path)) === when)
      .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
  return { start: total('start'), later: total('later') };
}

const schemes = 'momentPreserving, kaimingNormal, xavierNormal, randomWalk, lyapunov';
const budgets = [
  {
    name: 'one standard deviation',
    budget: 6000,
    of: "export { momentPreservingStd, relu } from 'fracmoment'",
  },
  {
    name: 'with the law of the output',
    budget: 12_000,
    of: "export { momentPreservingStd, outputLaw, relu } from 'fracmoment'",
  },
  {
    name: 'initializers and report',
    budget: 25_000,
    of:
      `export { ${schemes}, initializeModel, initializationReport, assertHealthy } from 'fracmoment';` +
      "export { registerInitializers } from 'fracmoment/tensorflow'",
  },
  {
    name: 'simulation and figures',
    budget: 15_000,
    of:
      "export { simulateLogNorms, simulateOutputs, importanceSampledMoment } from 'fracmoment/simulation';" +
      "export { chart, panels, palette, line, points, band, histogram, heatmap, rule, label } from 'fracmoment/charts'",
  },
];

for (const { name, budget, of } of budgets)
  test(`${name}: at most ${budget} bytes`, async (t) => {
    const { start, later } = await sizes(of);
    t.diagnostic(`${start} bytes, and ${later} when they are used`);
    assert.ok(start > 0 && start <= budget, `${start} bytes`);
    assert.ok(later <= 7000, `${later} bytes later`); // mostly the program of the Web Workers
  });
