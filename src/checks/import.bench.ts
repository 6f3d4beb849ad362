import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { BenchRow } from '../bench/rows';

/** What `import 'fracmoment'` costs in a fresh process, the best of some. */
export function bench(): Promise<BenchRow[]> {
  const program = `const start = performance.now();
    require(${JSON.stringify(path.join(__dirname, '..', 'index.js'))});
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify([performance.now() - start, (user + system) / 1000]))`;
  const costs = Array.from({ length: 10 }, () => {
    const { stdout } = spawnSync(process.execPath, ['-e', `const before = process.cpuUsage(); ${program}`]);
    return JSON.parse(stdout.toString()) as [number, number];
  });
  return Promise.resolve([
    { name: "import 'fracmoment', elapsed", value: Math.min(...costs.map(([wall]) => wall)), unit: 'ms' },
    { name: "import 'fracmoment', processor", value: Math.min(...costs.map(([, cpu]) => cpu)), unit: 'ms' },
  ]);
}
