import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';
import { launchChromium } from './chromium';
import { type Environment, findEnvironment } from './environment';
import { eventually } from './eventually';
import { NotebookPage, styleOfWord, whiteShare } from './notebookPage';
import { type Server, startServer } from './server';

/*
 * JupyterLab and Notebook in Chromium, used as a reader would: what only a browser can tell.
 * npm run test:browser
 */

/** Each front-end: the module that serves it, where it opens notebooks, and page errors of its own. */
const frontEnds = {
  JupyterLab: { module: 'jupyterlab', opens: 'lab/tree', known: /^$/ },
  Notebook: {
    module: 'notebook',
    opens: 'notebooks',
    // its list of shortcuts is loaded before the settings are; its file browser is not there for a notebook alone
    known: /reading 'schema'|Command 'filebrowser:open-path' not registered/,
  },
} as const;

function environment(): Environment {
  try {
    return findEnvironment();
  } catch (error) {
    process.stderr.write(`fracmoment: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

const { python, chromium: executablePath } = environment();
const screenshots = process.env.FRACMOMENT_SCREENSHOTS ?? mkdtempSync(path.join(tmpdir(), 'screenshots-'));
mkdirSync(screenshots, { recursive: true });

let browser: Browser;
before(async () => {
  browser = await launchChromium(executablePath);
});
after(async () => {
  await browser.close();
  process.stdout.write(`Screenshots: ${screenshots}\n`);
});

for (const [name, { module, opens, known }] of Object.entries(frontEnds))
  describe(name, () => {
    let server: Server;
    let context: BrowserContext;
    let notebook: NotebookPage;
    const errors: string[] = [];
    const elsewhere: string[] = [];

    /** A browser without history, which reaches nothing but this machine. */
    async function newContext(width: number): Promise<BrowserContext> {
      const fresh = await browser.newContext({ viewport: { width, height: 950 } });
      fresh.setDefaultTimeout(60_000);
      await fresh.route('**', (route) => {
        const { hostname, protocol } = new URL(route.request().url());
        if (hostname === '127.0.0.1' || protocol === 'data:' || protocol === 'blob:') return route.continue();
        elsewhere.push(route.request().url());
        return route.abort();
      });
      fresh.on('weberror', (error) => errors.push(String(error.error())));
      fresh.on('console', (message) => {
        if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
      });
      return fresh;
    }
    const open = (on: BrowserContext) => NotebookPage.open(on, server.url(`${opens}/tour.ipynb`));

    before(async () => {
      server = await startServer(python, module);
      context = await newContext(1150);
      notebook = await open(context);
    });
    after(async () => {
      await context.close();
      await server.close();
    });

    test('runs all cells of the tour', async () => {
      await notebook.confirm('Kernel', /^Restart Kernel and Clear Outputs of All Cells…/);
      await notebook.ready();
      await notebook.choose('Run', /^Run All Cells$/);
      await notebook.cells
        .last()
        .locator('.jp-InputPrompt', { hasText: /\[\d+\]/ })
        .waitFor();
      const prompts = await notebook.cells.locator('.jp-InputPrompt').allTextContents();
      assert.deepEqual(
        prompts,
        prompts.map((_, i) => `[${i + 1}]:`),
      );
      assert.equal(
        await notebook.cells.locator('[data-mime-type="application/vnd.jupyter.error"]').count(),
        0,
      );
      assert.equal(await notebook.cells.locator('.jp-RenderedPlotly').count(), 4);
      assert.equal(await notebook.cells.locator('.jp-RenderedHTML table').count(), 1);
    });

    test('a chart answers the mouse: it tells values and zooms', async () => {
      const output = notebook.cell('The smaller s, the larger').locator('.jp-RenderedPlotly');
      await output.scrollIntoViewIfNeeded();
      await output.hover(); // the picture becomes a chart
      const area = output.locator('.nsewdrag').first();
      const { x, y, width, height } = (await area.boundingBox())!;
      const { mouse } = notebook.page;
      await mouse.move(x + width / 2, y + height / 2);
      await mouse.move(x + width / 2, y + height / 2 + 5);
      await output.locator('.hoverlayer .hovertext').first().waitFor();
      const ticks = () => output.locator('.xtick').allTextContents();
      const before = await ticks();
      await mouse.move(x + width / 4, y + height / 4);
      await mouse.down();
      await mouse.move(x + width / 2, y + height / 2, { steps: 5 });
      await mouse.up();
      await eventually('the chart zoomed', async () => !isDeepStrictEqual(await ticks(), before));
      await notebook.page.screenshot({ path: path.join(screenshots, `${name}-zoomed.png`) });
    });

    test('Tab completes a name', async () => {
      const cell = await notebook.append('kaimin');
      await notebook.page.keyboard.press('Tab');
      const items = notebook.page.locator('.jp-Completer-item');
      await items.first().waitFor();
      await notebook.page.screenshot({ path: path.join(screenshots, `${name}-completion.png`) });
      // a cell has imported it
      await items.filter({ hasText: /^.?\s*kaimingStd/ }).click();
      await cell.locator('.cm-content', { hasText: /^kaimingStd$/ }).waitFor();
      await notebook.write(cell, '1');
    });

    test('Shift-Tab shows the documentation', async () => {
      const cell = await notebook.append('kaimingStd');
      assert.match(await notebook.documentation(), /kaimingStd[\s\S]*activation/);
      await notebook.page.screenshot({ path: path.join(screenshots, `${name}-documentation.png`) });
      await notebook.page.keyboard.press('Escape');
      await notebook.write(cell, '2');
    });

    test('an edited cell runs anew', async () => {
      assert.equal(await notebook.runAppended('const edited: number = 20 + 1;\nedited'), '21');
      const cell = notebook.cells.last();
      await notebook.write(cell, 'const edited: number = 20 + 2;\nedited');
      await notebook.page.keyboard.press('Control+Enter');
      await cell.locator('.jp-OutputArea-output', { hasText: '22' }).waitFor();
    });

    for (const loop of ['while (true) {}', "'x'.repeat(40).match(/(x+)+y/)"])
      test(`Interrupt ends ${loop}`, async () => {
        const cell = await notebook.append(loop);
        await notebook.start(cell);
        await notebook.choose('Kernel', /^Interrupt Kernel/);
        assert.match(await notebook.result(cell), /KeyboardInterrupt/);
        assert.equal(await notebook.runAppended('edited + 1'), '23');
      });

    test('Restart forgets what cells have declared', async () => {
      await notebook.confirm('Kernel', /^Restart Kernel…/);
      await notebook.ready();
      assert.match(await notebook.runAppended('edited'), /Cannot find name 'edited'/);
      assert.equal(await notebook.runAppended('6 * 7'), '42');
    });

    test('what was saved is there when opened again', async () => {
      const saved = notebook.page.waitForResponse(
        (response) =>
          response.request().method() === 'PUT' && response.request().postData()?.includes('6 * 7') === true,
      );
      await notebook.choose('File', /^Save Notebook$/);
      assert.ok((await saved).ok());
      await notebook.page.close();
      notebook = await open(context);
      await notebook.cells.locator('.jp-RenderedPlotly').nth(3).waitFor({ state: 'attached' });
      // the last cells are drawn last
      await notebook.cell('6 * 7').locator('.jp-OutputArea-output', { hasText: /^42$/ }).waitFor();
    });

    for (const theme of ['Light', 'Dark'] as const)
      for (const width of [1150, 1920])
        test(`${theme} theme, ${width} pixels wide`, async () => {
          server.setTheme(`JupyterLab ${theme}`);
          const fresh = await newContext(width);
          const shown = await open(fresh);
          await shown.page.screenshot({ path: path.join(screenshots, `${name}-${theme}-${width}.png`) });
          const outputs = shown.cells.locator('.jp-OutputArea-output');
          const count = await notebook.cells.locator('.jp-OutputArea-output').count();
          await outputs.nth(count - 1).waitFor({ state: 'attached' });
          for (let i = 0; i < count; i++) {
            const output = outputs.nth(i);
            await output.scrollIntoViewIfNeeded();
            await output.screenshot({ path: path.join(screenshots, `${name}-${theme}-${width}-${i}.png`) });
            // text covers less than a tenth of what it stands on
            if (theme === 'Dark')
              assert.ok((await whiteShare(output)) < 0.1, String(await output.textContent()));
          }
          await fresh.close();
        });

    test('highlights TypeScript', async () => {
      // in JavaScript `type` is a name like any other
      const cell = await notebook.append('const one = 1;\ntype Pair = [number, number];');
      assert.equal(await styleOfWord(cell, 'type'), await styleOfWord(cell, 'const'));
    });

    test('no page had an error, and none asked another host', () => {
      assert.deepEqual(
        errors.filter((error) => !known.test(error)),
        [],
      );
      assert.deepEqual(elsewhere, []);
    });
  });
