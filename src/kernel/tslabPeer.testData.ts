// A process that runs cells by stock tslab's own converter and executor; cells come as JSON, one list of groups.
import { inspect } from 'node:util';
import type { CellResult } from './corpus.test';

async function main(groups: readonly (readonly string[])[]): Promise<void> {
  const { createConverter } = require('tslab/dist/converter') as typeof import('tslab/dist/converter');
  const { createExecutor } = require('tslab/dist/executor') as typeof import('tslab/dist/executor');
  const converter = createConverter();
  const results: CellResult[][] = [];
  for (const cells of groups) {
    const group: CellResult[] = [];
    let result: CellResult = { ok: true, written: '' };
    const executor = createExecutor(
      process.cwd(),
      { node: converter, browser: converter, close: () => {} },
      {
        log: (value: unknown) => {
          result.value = inspect(value);
        },
        error: () => {},
      },
    );
    for (const code of cells) {
      result = { ok: true, written: '' };
      const write = process.stdout.write;
      process.stdout.write = ((text: string) => {
        result.written += text;
        return true;
      }) as typeof process.stdout.write;
      try {
        result.ok = await executor.execute(code);
      } finally {
        process.stdout.write = write;
      }
      group.push(result);
    }
    results.push(group);
  }
  converter.close();
  process.send!(results, () => process.exit());
}

process.on('message', (groups: string[][]) => void main(groups));
process.on('unhandledRejection', () => {});
