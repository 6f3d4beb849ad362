#!/usr/bin/env node
import * as path from 'node:path';
import { runCommand, UsageError } from './command';
import { defineCommand } from './description';

const root = path.resolve(__dirname, '..', '..');

/** `npm run site`. */
export const site = defineCommand({
  name: 'npm run site --',
  about:
    'Builds the site into dist/site: the notebooks as pages with interactive charts, the explorables, and JupyterLite to ' +
    'run the notebooks in. It needs no server of its own: any that serves files will do, under any address.',
  flags: {
    serve: {
      kind: 'boolean',
      about: 'then serve it on this machine, until Ctrl-C',
    },
    port: {
      kind: 'integer',
      placeholder: 'N',
      range: [1, 65535],
      about: 'with --serve: the port',
      default: 'a free one',
    },
  },
  async run({ values: { serve: serves, port } }) {
    if (port !== undefined && !serves) throw new UsageError('--port needs --serve');
    const folder = path.join(root, 'dist', 'site');
    const { buildSite } = await import('../website/build.js');
    const { buildLite } = await import('../website/lite/build.js');
    const version = await buildSite(folder);
    await buildLite(path.join(folder, 'lite', version));
    process.stdout.write(`The site, version ${version}, is in dist/site\n`);
    if (!serves) return 0;
    const { serve } = await import('../website/serve.js');
    const { url, close } = await serve(folder, port);
    process.stdout.write(`The site is at ${url} until Ctrl-C\n`);
    const code = await new Promise<number>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
        process.once(signal, (_: string, number: number) => resolve(128 + number));
    });
    await close();
    return code;
  },
});

if (require.main === module) void runCommand(site, process.argv.slice(2));
