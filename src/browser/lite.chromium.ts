import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hasTag, outputsOf, parseNotebook, sourceOf } from '../kernel/notebook';
import { buildLite } from '../website/lite/build';
import { notebooks } from '../website/notebooks';
import { type Served, serve } from '../website/serve';
import { launchChromium } from './chromium';
import { findChromium } from './environment';
import { eventually } from './eventually';
import { executeCode, type LiteOutput, openLite, type Ran, runAll, upload } from './litePage';
import { NotebookPage, styleOfWord, whiteShare } from './notebookPage';

/*
 * The notebooks in JupyterLite in Chromium, where nothing is installed. Oracle: the notebooks as committed, run in Node.
 * npm run test:browser
 */

const root = path.resolve(__dirname, '..', '..');
const screenshots = process.env.FRACMOMENT_SCREENSHOTS ?? mkdtempSync(path.join(tmpdir(), 'screenshots-'));
mkdirSync(screenshots, { recursive: true });

/** At full scale these train for minutes on WebAssembly; here networks of few layers, for an epoch. */
const training = new Set(['figure-3', 'when-s-matters']);
const reduced = (parameters: string) =>
  parameters
    .replace(/(\[depth, width\] =) \[.*?\]/, '$1 [4, 32]')
    .replace(/(\[liveRuns, liveEpochs\] =) \[.*?\]/, '$1 [2, 1]');

let folder: string;
let served: Served;
/** The address of the site, which does not lie at the top. */
let site: string;
let browser: Browser;
const problems: string[] = [];
const elsewhere: string[] = [];

before(async () => {
  folder = mkdtempSync(path.join(root, 'dist', 'browser-'));
  await buildLite(path.join(folder, 'some', 'where'));
  served = await serve(folder);
  site = `${served.url}some/where/`;
  browser = await launchChromium(findChromium());
});
after(async () => {
  await browser?.close();
  await served.close();
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`Screenshots: ${screenshots}\n`);
});

/** What JupyterLab shows of itself to the page's scripts. */
interface LabApplication {
  readonly commands: { execute(name: string, args?: object): Promise<unknown> };
  readonly shell: {
    readonly currentWidget?: {
      readonly sessionContext: { readonly session: object | null };
      readonly content: {
        activeCellIndex: number;
        readonly widgets?: readonly { readonly model: { type: string; executionCount: number | null } }[];
      };
    };
  };
}

/** A browser without history. @param shared whether pages may share memory: as served here, not as on GitHub Pages */
async function newContext({ shared }: { shared: boolean }): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 950 } });
  context.setDefaultTimeout(120_000);
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (hostname !== '127.0.0.1' && !/^(?:data|blob):$/.test(protocol)) elsewhere.push(request.url());
  });
  context.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  context.on('weberror', (error) => problems.push(String(error.error())));
  if (!shared)
    await context.route('**/lab/index.html*', async (route) => {
      const response = await route.fetch();
      const headers = Object.entries(response.headers()).filter(
        ([name]) => !name.startsWith('cross-origin-'),
      );
      await route.fulfill({ response, headers: Object.fromEntries(headers) });
    });
  return context;
}

const comparisonType = 'application/vnd.fracmoment.comparison+json';

/** The verdicts on the rows of all comparisons. */
function verdicts(outputs: readonly LiteOutput[]): unknown[] {
  const tables = outputs.map(
    ({ data }) => data?.[comparisonType] as { rows: { met: unknown }[] } | undefined,
  );
  return tables.flatMap((table) => table?.rows.map(({ met }) => met) ?? []);
}

function committed(name: string): { outputs: readonly LiteOutput[]; parameters: string } {
  const notebook = parseNotebook(readFileSync(path.join(root, 'notebooks', `${name}.ipynb`), 'utf8'));
  const parameters = notebook.cells.find((cell) => hasTag(cell, 'parameters'));
  return { outputs: outputsOf(notebook), parameters: parameters ? sourceOf(parameters) : '' };
}

describe('every notebook runs to its end, as in Node', () => {
  for (const { name } of notebooks)
    test(name, async () => {
      const { outputs: before, parameters } = committed(name);
      const context = await newContext({ shared: false });
      const page = await openLite(context, site, name);
      const cells = await runAll(page, training.has(name) ? reduced(parameters) : undefined);
      const outputs = cells.flatMap((cell) => cell.outputs);
      const errors = outputs.filter(({ output_type }) => output_type === 'error');
      assert.deepEqual(
        errors.map(({ traceback }) => traceback?.join('\n')),
        [],
      );
      assert.deepEqual(
        cells.map(({ count }) => count),
        cells.map((_, i) => i + 1),
      );
      const charts = (all: readonly LiteOutput[]) =>
        all.filter(({ data }) => data?.['application/vnd.plotly.v1+json']);
      assert.equal(charts(outputs).length, charts(before).length);
      // a training of one epoch need not show what the full one does
      if (training.has(name)) assert.equal(verdicts(outputs).length, verdicts(before).length);
      else assert.deepEqual(verdicts(outputs), verdicts(before));
      await context.close();
    });
});

/** What the kernel said of an error. */
const errorOf = ({ outputs }: Ran) =>
  outputs.find(({ type }) => type === 'error')?.content as
    | { ename: string; evalue: string; traceback: string[] }
    | undefined;
const textOf = ({ outputs }: Ran) =>
  outputs
    .map(
      ({ content }) => content.text ?? (content.data as Record<string, string> | undefined)?.['text/plain'],
    )
    .join('');

for (const shared of [true, false])
  describe(shared ? 'with shared memory' : 'without shared memory', () => {
    let context: BrowserContext;
    let page: Page;
    before(async () => {
      context = await newContext({ shared });
      page = await openLite(context, site, 'tour');
      assert.equal(
        await page.evaluate(() => (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated),
        shared,
      );
    });
    after(() => context.close());

    test('names last, and can be declared anew with another type', async () => {
      await executeCode(page, 'const a: number = 20; class Point { constructor(readonly x: number) {} }');
      assert.equal(textOf(await executeCode(page, 'a + new Point(1).x')), '21');
      await executeCode(page, "const a = 'text'; const late = await Promise.resolve([1]);");
      assert.equal(textOf(await executeCode(page, 'console.log(late); ({ a })')), "[ 1 ]\n{ a: 'text' }");
    });

    test('errors say where: of types before the cell runs, of values from where they are thrown', async () => {
      const wrong = errorOf(await executeCode(page, "console.log('not run');\nconst n: number = 'x';"));
      assert.equal(wrong?.evalue, "2:7 - Type 'string' is not assignable to type 'number'.");
      await executeCode(
        page,
        'const thrower = (x: number) => {\n  if (x > 0) throw new RangeError(String(x));\n};',
      );
      const thrown = await executeCode(page, 'interface Unused {\n  a: 1;\n}\nthrower(3);');
      assert.equal(errorOf(thrown)?.ename, 'RangeError');
      const places = errorOf(thrown)!
        .traceback.join('\n')
        .match(/cell \[\d+\]:(\d+:\d+)/g);
      assert.deepEqual(
        places?.map((place) => place.replace(/.*\]:/, '')),
        ['2:20', '4:1'],
      );
    });

    test('a module that is not there is refused with those that are', async () => {
      const { evalue, traceback } = errorOf(await executeCode(page, "import * as lodash from 'lodash';"))!;
      assert.match(evalue, /Cannot find module 'lodash'/);
      assert.match(traceback.join('\n'), /fracmoment, .*mathjs, .*node:fs/);
    });

    test('files beside the notebook are read and imported, as they are now', async () => {
      await upload(page, 'data.csv', 'a,b\n1,ä\n');
      await upload(page, 'data.bin', btoa('\x00\xff'), 'base64');
      await upload(page, 'numbers.json', '{ "n": 7 }');
      await upload(
        page,
        'helper.ts',
        "import { relu } from 'fracmoment';\nexport const kind: string = typeof relu;",
      );
      await upload(
        page,
        'middle.ts',
        "export { kind } from './helper';\nexport { n } from './numbers.json';",
      );
      const read =
        "import { existsSync, readFileSync } from 'node:fs';\nreadFileSync('data.csv', 'utf8').split('\\n')[1]";
      assert.equal(textOf(await executeCode(page, read)), "'1,ä'");
      assert.equal(textOf(await executeCode(page, "[...readFileSync('./data.bin')]")), '[ 0, 255 ]');
      const imported =
        "import { kind, n } from './middle';\nimport numbers from './numbers.json';\n[kind, n, numbers.n]";
      assert.equal(textOf(await executeCode(page, imported)), "[ 'object', 7, 7 ]");

      await upload(
        page,
        'awaits.ts',
        "import { mean } from 'd3-array';\nexport const two = await Promise.resolve(mean([1, 3]));\nexport const { kind } = await import('./helper');\nexport const name = import.meta.filename.split('/').at(-1);",
      );
      await upload(page, 'through.ts', "export * from './awaits';");
      const awaited = "import * as through from './through';\n[through.two, through.kind, through.name]";
      assert.equal(textOf(await executeCode(page, awaited)), "[ 2, 'object', 'awaits.ts' ]");
      await upload(page, 'counter.ts', 'export let n = 0;\nexport const inc = () => { n++; };');
      const counted = "import { n, inc } from './counter';\ninc();\ninc();\nn";
      assert.equal(textOf(await executeCode(page, counted)), '2');
      assert.equal(textOf(await executeCode(page, "let n = 'own';\ninc();\nn")), "'own'");

      await upload(page, 'helper.ts', 'export const kind: number = 3;');
      assert.match(
        errorOf(await executeCode(page, "require('./through')"))!.evalue,
        /^require\('\.\/through'\) cannot wait for .*awaits\.ts, which awaits at its top level/,
      );
      assert.equal(textOf(await executeCode(page, awaited)), "[ 2, 3, 'awaits.ts' ]");
      assert.equal(textOf(await executeCode(page, imported)), '[ 3, 7, 7 ]');
      await upload(page, 'helper.ts', "export const kind: number = 'three';");
      assert.match(
        errorOf(await executeCode(page, imported))!.evalue,
        /helper\.ts:1:14 - Type 'string' is not assignable to type 'number'/,
      );
      await upload(page, 'data.csv', 'other');
      assert.equal(textOf(await executeCode(page, "readFileSync('data.csv', 'utf8')")), "'other'");
      await upload(page, 'data.csv', undefined);
      const { evalue } = errorOf(
        await executeCode(page, "existsSync('data.csv') || readFileSync('data.csv')"),
      )!;
      assert.match(evalue, /^ENOENT: no such file, open 'data\.csv'/);
    });

    test('whatever a cell throws, the next one runs', async () => {
      for (const code of [
        'throw null',
        "throw Object.assign(new Error('x'), { get stack() { throw 1; } })",
        "setTimeout(() => { throw new Error('late'); }, 0); await new Promise((r) => setTimeout(r, 50));",
        "void Promise.reject(new Error('unheard'));",
        'const f = () => { f(); }; f();',
        'Array.prototype.map = undefined as any;',
      ]) {
        await executeCode(page, code);
        assert.equal(
          textOf(await executeCode(page, '[1, 2].map((x) => x + 1)'))
            .split('\n')
            .at(-1),
          '[ 2, 3 ]',
          code,
        );
      }
    });

    test('an interrupt ends what awaits and what loops, and keeps the variables', async () => {
      await executeCode(page, "const kept = 7; import { simulateLogNorms, relu } from 'fracmoment';");
      const simulation =
        'await simulateLogNorms({ activation: relu, width: 64, depths: [5000], networks: 2_000_000, weightStd: 0.17, seed: 1 })';
      const loops = ['await new Promise(() => {})', 'for (;;) await Promise.resolve()', 'while (true) {}'];
      for (const code of [simulation, ...loops.slice(0, shared ? 3 : 1)]) {
        const ran = await executeCode(page, code, 500);
        assert.equal(errorOf(ran)?.ename, 'KeyboardInterrupt', code);
        assert.equal(textOf(await executeCode(page, 'kept')), '7', code);
      }
    });

    // what neither a signal nor a look at shared memory ends
    test('what does not heed an interrupt loses its worker, and says so', async () => {
      const loop = shared ? "'x'.repeat(40).match(/(x+)+y/)" : 'while (true) {}';
      const ran = await executeCode(page, loop, 1000);
      assert.match(errorOf(ran)!.evalue, /started anew: all variables are lost/);
      assert.match(errorOf(await executeCode(page, 'kept'))!.evalue, /Cannot find name 'kept'/);
      assert.equal(textOf(await executeCode(page, '1 + 1')), '2');
    });
  });

describe('as its reader uses it', () => {
  let context: BrowserContext;
  let notebook: NotebookPage;
  before(async () => {
    context = await newContext({ shared: false });
    notebook = await NotebookPage.open(context, `${site}lab/index.html?path=tour.ipynb`);
  });
  after(() => context.close());

  test('a saved chart is a picture until it is seen', async () => {
    const charts = notebook.page.locator('.fracmoment-chart');
    await charts.first().scrollIntoViewIfNeeded();
    await charts.first().locator('.main-svg').first().waitFor();
    assert.equal(await charts.first().locator('img').count(), 0);
    assert.equal(await charts.last().locator('img').count(), 1);
  });

  test('Tab completes a name', async () => {
    await notebook.runAppended("import { kaimingStd } from 'fracmoment';");
    const cell = await notebook.append('kaimin');
    await notebook.page.keyboard.press('Tab');
    const items = notebook.page.locator('.jp-Completer-item');
    await items.filter({ hasText: /^.?\s*kaimingStd/ }).click();
    await cell.locator('.cm-content', { hasText: /^kaimingStd$/ }).waitFor();
  });

  test('Shift-Tab shows the documentation', async () => {
    const cell = await notebook.append('kaimingStd');
    assert.match(await notebook.documentation(), /kaimingStd[\s\S]*activation/);
    await notebook.page.keyboard.press('Escape');
    await notebook.write(cell, '2');
  });

  test('Restart forgets what cells have declared', async () => {
    assert.equal(await notebook.runAppended('const declared = 5; declared'), '5');
    await notebook.confirm('Kernel', /^Restart Kernel…/);
    await notebook.ready();
    assert.match(await notebook.runAppended('declared'), /Cannot find name 'declared'/);
    assert.equal(await notebook.runAppended('6 * 7'), '42');
  });

  test('highlights TypeScript', async () => {
    // in JavaScript `type` is a name like any other
    const cell = await notebook.append('const one = 1;\ntype Pair = [number, number];');
    assert.equal(await styleOfWord(cell, 'type'), await styleOfWord(cell, 'const'));
  });

  test('a live chart is redrawn in place while its cell runs', async () => {
    const cell = await notebook.append(`import { chart, line, showLive } from 'fracmoment';
const curve = (n: number) => chart({ title: \`\${n} points\`, x: 'x', y: 'y', marks: [line([0, n], [0, 1])] });
const live = showLive(curve(1));
for (let n = 2; ; n++) { live.update(curve(n)); await new Promise((next) => setTimeout(next, 200)); }`);
    await notebook.start(cell);
    const title = cell.locator('.gtitle');
    await title.waitFor();
    const drawn = new Set<string | null>();
    await eventually('three titles were seen', async () => drawn.add(await title.textContent()).size === 3);
    await notebook.choose('Kernel', /^Interrupt Kernel$/);
    await notebook.result(cell);
    assert.equal(await cell.locator('.js-plotly-plot').count(), 1);
  });

  test('what a notebook shows can be read in the dark theme', async () => {
    const fresh = await newContext({ shared: false });
    const { page, cells } = await NotebookPage.open(fresh, `${site}lab/index.html?path=tour.ipynb`);
    await page.evaluate(() =>
      (globalThis as unknown as { jupyterapp: LabApplication }).jupyterapp.commands.execute(
        'apputils:change-theme',
        { theme: 'JupyterLab Dark' },
      ),
    );
    await page.locator('body[data-jp-theme-light=false]').waitFor({ state: 'attached' });
    const outputs = cells.locator('.jp-OutputArea-output');
    const count = committed('tour').outputs.length;
    await outputs.nth(count - 1).waitFor({ state: 'attached' }); // they are drawn bit by bit
    for (let i = 0; i < count; i++) {
      await outputs.nth(i).scrollIntoViewIfNeeded();
      // text covers less than a tenth of what it stands on
      assert.ok((await whiteShare(outputs.nth(i))) < 0.1, String(await outputs.nth(i).textContent()));
    }
    await page.screenshot({ path: path.join(screenshots, 'JupyterLite-dark.png') });
    await fresh.close();
  });

  test('edits are kept, and the published version is offered', async () => {
    const { page } = notebook;
    const banner = page.locator('.fracmoment-published');
    const edited = await notebook.cells.count(); // cells were added above
    await page.keyboard.press('Control+s');
    await banner.waitFor();
    await page.reload();
    await banner.waitFor();
    await notebook.ready();
    await page.screenshot({ path: path.join(screenshots, 'JupyterLite-banner.png') });
    await notebook.cells.nth(edited - 1).waitFor({ state: 'attached' });
    await banner.getByRole('button').click();
    await banner.waitFor({ state: 'hidden' });
    await page.locator('.jp-DirListing-item', { hasText: 'my edits' }).waitFor();
    const { cells: published } = parseNotebook(
      readFileSync(path.join(root, 'notebooks', 'tour.ipynb'), 'utf8'),
    );
    const codeCells = published.filter(({ cell_type }) => cell_type === 'code').length;
    await notebook.cells.nth(codeCells - 1).waitFor({ state: 'attached' });
    assert.equal(await notebook.cells.count(), codeCells);
    assert.ok(edited > codeCells);
  });
});

test('a cell that is run before its notebook has a kernel waits for it, and there is one worker', async () => {
  const context = await newContext({ shared: true });
  const page = await context.newPage();
  const workers: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  await page.goto(`${site}lab/index.html?path=tour.ipynb`);
  const ran = await page.evaluate(async () => {
    const page = globalThis as unknown as { jupyterapp?: LabApplication };
    const next = () => new Promise((resolve) => setTimeout(resolve, 1));
    const isRead = () => (page.jupyterapp?.shell.currentWidget?.content.widgets?.length ?? 0) > 1;
    while (!isRead()) await next();
    const { commands, shell } = page.jupyterapp!;
    const { content, sessionContext } = shell.currentWidget!;
    const code = content.widgets!.findIndex(({ model }) => model.type === 'code');
    content.activeCellIndex = code;
    const early = sessionContext.session === null;
    await commands.execute('notebook:run-cell');
    return { early, count: content.widgets![code]!.model.executionCount };
  });
  assert.deepEqual(ran, { early: true, count: 1 });
  assert.equal(workers.filter((address) => address.endsWith('kernel/worker.js')).length, 1);
  await context.close();
});

test('nothing is requested of another host, and no error was left alone', () => {
  assert.deepEqual(elsewhere, []);
  // a cell has looked for it after it was taken away
  assert.deepEqual(
    problems.filter((problem) => !/^404 .*\/files\/data\.csv$/.test(problem)),
    [],
  );
});
