import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Json } from '../charts/figure';
import { pageProgram } from '../packaging/modules';
import { buildSite } from '../website/build';
import { explorableFile } from '../website/explorablePage';
import { explorables } from '../website/explorables/all';
import { startValues, writeValues } from '../website/explorables/controls';
import { notebookFile } from '../website/links';
import { notebooks } from '../website/notebooks';
import { type Served, serve } from '../website/serve';
import { launchChromium } from './chromium';
import { findChromium } from './environment';

/*
 * The site as its visitors get it: every page, drawn and read, and every explorable beside Node's results.
 * npm run test:browser
 */

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-site-'));
const budget = 700_000; // bytes of a page before anything is scrolled to, compressed

/** The address of the module that checks accessibility. */
let accessibility: string;
let served: Served;
let browser: Browser;
before(async () => {
  await buildSite(folder);
  const program = await pageProgram('website/page/accessibility.testData.ts');
  accessibility = `data:text/javascript,${encodeURIComponent(program)}`;
  served = await serve(folder);
  browser = await launchChromium(findChromium());
});
after(async () => {
  await browser?.close();
  await served.close();
  rmSync(folder, { recursive: true });
});

const explorablePages = explorables().map(({ explorable }) => explorableFile(explorable.name));
const pages = [
  'index.html',
  'theory.html',
  ...explorablePages,
  ...notebooks.map(({ name }) => notebookFile(name)),
];

/** A page that tells what went wrong in it, and what it loaded. */
interface Watched {
  page: Page;
  problems: string[];
  foreign: string[];
  loaded: { bytes: number; requests: number };
  close(): Promise<void>;
}

/** Opens a page, and waits until it is at rest. */
async function open(address: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Watched> {
  const context: BrowserContext = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  const foreign: string[] = [];
  const loaded = { bytes: 0, requests: 0 };
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(served.url) && !request.url().startsWith('data:'))
      foreign.push(request.url());
  });
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    loaded.bytes += encodedDataLength;
    loaded.requests++;
  });
  await page.goto(served.url + address, { waitUntil: 'networkidle' });
  await page.evaluate('document.fonts.ready.then(() => {})'); // asked for when the text is laid out
  return { page, problems, foreign, loaded, close: () => context.close() };
}

describe('every page', { concurrency: 3 }, () => {
  for (const [number, file] of pages.entries())
    test(file, async (t) => {
      // phone and desktop, light and dark, in turn
      const phone = number % 2 === 1;
      const watched = await open(file, {
        viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
        colorScheme: number % 4 < 2 ? 'light' : 'dark',
      });
      const { page, problems, foreign, loaded } = watched;
      if (explorablePages.includes(file)) await page.locator('.plot .main-svg').first().waitFor();
      assert.ok(loaded.bytes < budget, `${loaded.bytes} bytes`);
      t.diagnostic(`${loaded.bytes} bytes in ${loaded.requests} requests`);
      assert.deepEqual(
        await page.evaluate(
          `import(${JSON.stringify(accessibility)}).then((found) => found.accessibilityProblems())`,
        ),
        [],
      );
      assert.equal(await page.locator('.katex-error').count(), 0);
      for (const chart of await page.locator('figure.chart').all()) {
        await chart.scrollIntoViewIfNeeded();
        await chart.locator('.main-svg').first().waitFor();
        assert.equal(await chart.locator('img').count(), 0);
      }
      // nothing but a scrolling frame is wider than the screen
      assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
      assert.deepEqual(problems, []);
      assert.deepEqual(foreign, []);
      await watched.close();
    });
});

test('without JavaScript a notebook has its pictures and an explorable its first answer', async () => {
  const notebook = await open(notebookFile('figure-2'), { javaScriptEnabled: false });
  assert.equal(await notebook.page.locator('figure.chart img').count(), 4);
  await notebook.close();
  const { explorable } = explorables()[0]!;
  const law = await open(explorableFile(explorable.name), { javaScriptEnabled: false });
  assert.equal(
    await law.page.locator('output').textContent(),
    explorable.answer(startValues(explorable.controls)).sentence,
  );
  assert.equal(await law.page.locator('.plot img').count(), 2);
  await law.close();
});

test('the first Tab stop skips to the content, and focus can be seen', async () => {
  const { page, close } = await open('index.html');
  await page.keyboard.press('Tab');
  const link = page.locator('.skip');
  assert.equal(await page.locator('.skip:focus').count(), 1);
  assert.ok((await link.boundingBox())!.x >= 0);
  assert.notEqual(
    await page.evaluate("getComputedStyle(document.querySelector('.skip')).outlineStyle"),
    'none',
  );
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.id'), 'content');
  await close();
});

test('every link and file of a page is on the site', () => {
  const broken: string[] = [];
  let links = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.html') || file.startsWith('lite')) continue;
    const html = readFileSync(path.join(folder, file), 'utf8');
    for (const [, target] of html.matchAll(/ (?:href|src|data-chart)="([^"]*)"/g)) {
      if (/^https:/.test(target!) || /(^|\/)lite\//.test(target!)) continue; // JupyterLite has tests of its own
      links++;
      const [name = '', anchor] = decodeURI(target!).split('#');
      const linked = name === '' ? file : path.join(path.dirname(file), name);
      const there = existsSync(path.join(folder, linked));
      const ids = there && anchor ? readFileSync(path.join(folder, linked), 'utf8') : '';
      if (!there || (anchor && !ids.includes(`id="${anchor}"`))) broken.push(`${file}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
  assert.ok(links > 300, `${links} links`);
});

/** What each explorable is moved to. */
const moves: Readonly<Record<string, Readonly<Record<string, number | string>>>> = {
  law: { s: 0.5, width: 40, depth: 250, activation: 'linear', dropout: 0.2, scale: 'norm' },
  map: { s: 0.4, width: 17, depth: 321, activation: 'leaky' },
  'sample-mean': { networks: 1500, order: 2.5, s: '1.5', seed: 42 },
  training: { activation: 'relu', depth: '40', epoch: 4, s: '0.05', measure: 'testAccuracy' },
};

/** Numbers, of any depth of nesting, are equal to 12 digits; what is not a number is equal. */
function assertClose(actual: Json, expected: Json, where: string): void {
  if (Array.isArray(expected)) {
    assert.equal((actual as Json[]).length, expected.length, where);
    for (const [i, value] of expected.entries()) assertClose((actual as Json[])[i]!, value, `${where}[${i}]`);
  } else if (typeof expected === 'number')
    // the coordinates of a chart have 5 digits: an elementary function that differs in its last bit may round the other way
    assert.ok(
      Math.abs((actual as number) - expected) <= 1e-4 * Math.abs(expected) + 1e-9,
      `${where}: ${actual}, ${expected}`,
    );
  else assert.deepEqual(actual, expected, where);
}

describe('explorables', () => {
  for (const { explorable } of explorables()) {
    const { name, controls } = explorable;
    test(name, async (t) => {
      const { page, problems, close } = await open(explorableFile(name));
      const state = () => page.evaluate('location.search');
      const sentence = () => page.locator('output').textContent();
      const answered = (text: string) =>
        page.waitForFunction(`document.querySelector('output').textContent === ${JSON.stringify(text)}`);
      const start = await sentence();
      assert.equal(await state(), '');

      const target = { ...startValues(controls), ...moves[name] };
      for (const [control, value] of Object.entries(moves[name]!)) {
        const field = page.locator(`[name="${control}"]`);
        if (controls[control]!.kind === 'choice') await field.selectOption(String(value));
        else {
          await field.fill(String(value));
          await field.press('Enter');
        }
      }
      while (explorable.goOn?.(target));
      const expected = explorable.answer(target);
      await answered(expected.sentence);
      assert.equal(await state(), writeValues(target));
      const drawn: Json[] = await page.evaluate(
        "[...document.querySelectorAll('.plot')].map(({ data }) => data.map(({ x, y, z }) => [x, y, z ?? null]))",
      );
      for (const [i, { data }] of expected.figures.entries())
        assertClose(
          drawn[i]!,
          data.map(({ x, y, z }) => [x!, y!, z ?? null]),
          `figure ${i}`,
        );

      await page.reload({ waitUntil: 'networkidle' });
      await answered(expected.sentence);
      await page.getByRole('button', { name: 'Back to the start' }).click();
      await answered(start!);
      await page.goBack();
      assert.equal(await state(), writeValues(target));
      await answered(expected.sentence);

      // by keyboard: a slider, one step at a time
      const slider = page.locator('[type=range]').first();
      const earlier = await sentence();
      await slider.focus();
      await page.keyboard.press('ArrowLeft');
      assert.notEqual(await sentence(), earlier);

      await page.evaluate('answerTimes.length = 0');
      for (let i = 0; i < 15; i++) await page.keyboard.press(i % 4 === 3 ? 'ArrowLeft' : 'ArrowRight');
      const times: number[] = await page.evaluate('answerTimes');
      const sorted = times.sort((a, b) => a - b);
      t.diagnostic(
        `ms of an answer: median ${sorted[sorted.length >> 1]!.toFixed(0)}, largest ${sorted.at(-1)!.toFixed(0)}`,
      );
      assert.deepEqual(problems, []);
      await close();
    });
  }

  test('values that are not accepted are told, and the start is shown', async () => {
    const { page, problems, close } = await open('explore/law.html?width=wide&s=0.5&scale=__proto__');
    const note = page.locator('.note[role=alert]');
    assert.match(
      (await note.textContent())!,
      /width must be .*“wide”.*64 is shown.*scale must be one of log, norm/s,
    );
    assert.equal(await page.locator('[name=s]').inputValue(), '0.5');
    await page.locator('[name=s]').fill('0.6');
    assert.ok(await note.isHidden());
    assert.deepEqual(problems, []);
    await close();
  });
});

test('the stable address of JupyterLite leads to the present version', async () => {
  const { page, close } = await open('lite/?path=tour.ipynb');
  assert.match(page.url(), /\/lite\/\d+\.\d+\.\d+-[0-9a-f]{8}\/lab\/index\.html\?path=tour\.ipynb$/);
  await close();
});
