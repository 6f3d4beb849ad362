import { Resvg } from '@resvg/resvg-js';
import type { BrowserContext, Locator, Page } from 'playwright-core';

/** An open notebook, driven as its reader would: by menus, keys and mouse. */
export class NotebookPage {
  private constructor(readonly page: Page) {}

  /** Opens the notebook at an address, whose last code cell has an output, and waits for its kernel and its outputs. */
  static async open(context: BrowserContext, address: string): Promise<NotebookPage> {
    const notebook = new NotebookPage(await context.newPage());
    await notebook.page.goto(address);
    await notebook.page.locator('.jp-KernelName', { hasText: 'TypeScript' }).waitFor();
    await notebook.ready();
    // cells are drawn bit by bit
    await notebook.cells.last().locator('.jp-OutputArea-output').first().waitFor();
    return notebook;
  }

  /** Waits until the kernel has nothing to do. */
  async ready(): Promise<void> {
    await this.page.locator('.jp-Notebook-ExecutionIndicator[data-status=idle]').first().waitFor();
  }

  /** The code cells, in order. */
  get cells(): Locator {
    return this.page.locator('.jp-Notebook .jp-CodeCell');
  }

  /** The code cell whose source contains a text. */
  cell(text: string): Locator {
    return this.cells.filter({ has: this.page.locator('.cm-content', { hasText: text }) }).first();
  }

  /** Chooses an item of a menu. */
  async choose(menu: string, item: RegExp): Promise<void> {
    await this.page.getByRole('menuitem', { name: menu, exact: true }).first().click();
    await this.page.locator('.lm-Menu-itemLabel:visible').filter({ hasText: item }).first().click();
  }

  /** Chooses an item that asks, and says yes. */
  async confirm(menu: string, item: RegExp): Promise<void> {
    await this.choose(menu, item);
    await this.page.locator('.jp-Dialog .jp-mod-accept').click();
  }

  /** Replaces the source of a cell and leaves the cursor at its end. */
  async write(cell: Locator, source: string): Promise<void> {
    await cell.locator('.cm-content').click();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.insertText(source); // typing would also close brackets
  }

  /** Adds a code cell at the end. */
  async append(source: string): Promise<Locator> {
    const count = await this.cells.count();
    await this.page.locator('.jp-Notebook-footer').click();
    const cell = this.cells.nth(count);
    await this.write(cell, source);
    return cell;
  }

  /** The text that Shift-Tab shows for the word at the cursor. */
  async documentation(): Promise<string> {
    await this.page.keyboard.press('Shift+Tab');
    const tooltip = this.page.locator('.jp-Tooltip');
    await tooltip.waitFor();
    return String(await tooltip.textContent());
  }

  /** Starts a cell without waiting for it. */
  async start(cell: Locator): Promise<void> {
    await cell.locator('.cm-content').click();
    await this.page.keyboard.press('Control+Enter');
    await cell.locator('.jp-InputPrompt', { hasText: '[*]' }).waitFor();
  }

  /** Waits until a started cell has run, and returns the text it shows. */
  async result(cell: Locator): Promise<string> {
    await cell.locator('.jp-InputPrompt', { hasText: /\[\d+\]/ }).waitFor();
    await this.ready();
    return (await cell.locator('.jp-OutputArea-output').allTextContents()).join('\n').trim();
  }

  /** Adds a cell, runs it and returns the text it shows. */
  async runAppended(source: string): Promise<string> {
    const cell = await this.append(source);
    await this.page.keyboard.press('Control+Enter');
    return this.result(cell);
  }
}

/** The style of a word in a cell's source: the class that the editor gives it. */
export const styleOfWord = (cell: Locator, word: string): Promise<string | null> =>
  cell
    .locator('.cm-line span')
    .filter({ hasText: new RegExp(`^${word}$`) })
    .first()
    .getAttribute('class');

/** The share of almost white pixels in what is shown. */
export async function whiteShare(shown: Locator): Promise<number> {
  const png = await shown.screenshot();
  const size = `width="${png.readUInt32BE(16)}" height="${png.readUInt32BE(20)}"`;
  const image = `<image ${size} href="data:image/png;base64,${png.toString('base64')}"/>`;
  const { pixels } = new Resvg(`<svg xmlns="http://www.w3.org/2000/svg" ${size}>${image}</svg>`).render();
  let white = 0;
  for (let i = 0; i < pixels.length; i += 4) if (pixels.subarray(i, i + 3).every((c) => c > 230)) white++;
  return (4 * white) / pixels.length;
}
