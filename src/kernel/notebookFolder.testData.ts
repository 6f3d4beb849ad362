// A folder for the notebook of a test, with a new kernel for every test, and what its cells give.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, beforeEach } from 'node:test';
import { type Kernel, startKernel } from './client';

export interface Ran {
  /** Of the last expression, as text. */
  value?: string;
  /** Name and message. */
  error?: string;
  /** To stdout. */
  written: string;
  traceback: string[];
}

/** @param name of the test */
export function notebookFolder(name: string) {
  // inside the package, so that cells can import it by name
  const folder = mkdtempSync(join(__dirname, '..', `test-${name}-`));
  const home = join(folder, 'notebooks');
  mkdirSync(home);
  after(() => rmSync(folder, { recursive: true }));

  let kernel: Kernel;
  beforeEach(async () => {
    kernel = await startKernel(home);
  });
  afterEach(() => kernel.kill());

  async function run(code: string): Promise<Ran> {
    let [value, error, written]: [string | undefined, string | undefined, string] = [
      undefined,
      undefined,
      '',
    ];
    let traceback: string[] = [];
    const { status } = await kernel.request(
      'execute_request',
      { code, stop_on_error: false },
      {
        onOutput({ header, content }) {
          if (header.msg_type === 'execute_result')
            value = (content.data as Record<string, string>)['text/plain'];
          if (header.msg_type === 'stream' && content.name === 'stdout') written += String(content.text);
          if (header.msg_type !== 'error') return;
          error = `${content.ename}: ${content.evalue}`;
          traceback = content.traceback as string[];
        },
      },
    );
    assert.equal(status, error === undefined ? 'ok' : 'error');
    return {
      ...(value !== undefined && { value }),
      ...(error !== undefined && { error }),
      written,
      traceback,
    };
  }

  return {
    folder,
    /** Where the notebook lies. */
    home,
    run,
    interrupt: () => kernel.request('interrupt_request', {}, { channel: 'control' }),
    /** Writes files by path, seen from the notebook. */
    files(contents: Record<string, string>): void {
      for (const [path, text] of Object.entries(contents)) {
        const file = join(home, path);
        mkdirSync(join(file, '..'), { recursive: true });
        writeFileSync(file, text);
      }
    },
    /** Runs cells; each is followed by what it is to give: a value, an error, or undefined for no value. */
    async expectCells(
      ...cells: (readonly [code: string, expected?: string | RegExp | undefined])[]
    ): Promise<void> {
      for (const [code, expected] of cells) {
        const { value, error } = await run(code);
        if (expected instanceof RegExp) assert.match(error ?? '', expected, code);
        else assert.deepEqual([code, value, error], [code, expected, undefined]);
      }
    },
  };
}
