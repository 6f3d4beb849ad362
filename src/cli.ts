#!/usr/bin/env node
// The command `fracmoment`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `Usage: fracmoment COMMAND

Commands:
  install    make the notebook kernel known to Jupyter
  uninstall  undo install
  run        rerun notebooks without a browser and without Python
  setup      make TensorFlow work on this machine

fracmoment COMMAND --help says more; fracmoment --version prints the version.
`;

const COMMAND_HELP = {
  install: `Usage: fracmoment install [--user | --prefix DIR]

Makes the kernel "TypeScript (fracmoment)" known to Jupyter.

  --user        for this user (the default)
  --prefix DIR  for the environment DIR, such as a Python venv
`,
  uninstall: `Usage: fracmoment uninstall [--user | --prefix DIR]

Removes what install wrote with the same options.
`,
  run: `Usage: fracmoment run FILE... [--out DIR] [--timeout SECONDS]

Reruns notebooks, each in a fresh kernel, and saves them with their new outputs. A notebook whose cell fails is
left as it was, and the exit code is 1.

  --out DIR          write the notebooks to DIR instead, failed ones too
  --timeout SECONDS  what a cell may take (default 600)
`,
  setup: `Usage: fracmoment setup

Makes native TensorFlow work on this machine if it can, says so if it cannot: WebAssembly is used then. The
environment variable FRACMOMENT_TFJS=required makes that an error (exit code 1), FRACMOMENT_TFJS=skip does nothing.
`,
};

type Command = keyof typeof COMMAND_HELP;

/** A wrong command line: exit code 2. */
class UsageError extends Error {}

const out = (text: string) => process.stdout.write(text);
const err = (text: string) => process.stderr.write(text);

function installOptions(args: string[]): { prefix?: string } {
  const { values } = parseArgs({ args, options: { user: { type: 'boolean' }, prefix: { type: 'string' } } });
  if (values.user && values.prefix !== undefined)
    throw new UsageError('--user and --prefix exclude each other');
  return values.prefix === undefined ? {} : { prefix: values.prefix };
}

async function install(args: string[]): Promise<number> {
  const { installKernel } = await import('./kernel/install.js');
  out(`installed ${installKernel(installOptions(args))}\n`);
  return 0;
}

async function uninstall(args: string[]): Promise<number> {
  const { uninstallKernel } = await import('./kernel/install.js');
  out(`removed ${uninstallKernel(installOptions(args))}\n`);
  return 0;
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { out: { type: 'string' }, timeout: { type: 'string' } },
  });
  if (positionals.length === 0) throw new UsageError('run needs at least one notebook');
  const missing = positionals.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new UsageError(`no such file: ${missing.join(', ')}`);
  const timeout = values.timeout === undefined ? undefined : Number(values.timeout);
  if (timeout !== undefined && !(timeout > 0))
    throw new UsageError(`--timeout must be a number of seconds > 0; got ${values.timeout}`);

  const { runNotebook } = await import('./kernel/run.js');
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => abort.abort(new Error(`stopped by ${name}`)));
  const live = process.stdout.isTTY === true;
  let failed = 0;
  for (const file of positionals) {
    const start = performance.now();
    const conclude = (word: string) => {
      if (live) out('\r\x1b[K');
      out(`${word}  ${file}  ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    };
    try {
      const { failure } = await runNotebook(file, {
        signal: abort.signal,
        onCell: (done, total) => {
          if (live) out(`\r\x1b[K${file}  cell ${Math.min(done + 1, total)}/${total}`);
        },
        ...(values.out !== undefined && { out: values.out }),
        ...(timeout !== undefined && { timeout }),
      });
      conclude(failure ? 'FAILED' : 'ok');
      if (!failure) continue;
      failed++;
      const source = failure.source.replace(/^/gm, '  | ');
      err(`${file}, cell [${failure.cell}]:\n${source}\n${failure.message}\n`);
    } catch (error) {
      conclude('FAILED');
      err(`${file}: ${(error as Error).message}\n`);
      failed++;
      if (abort.signal.aborted) break;
    }
  }
  return failed > 0 ? 1 : 0;
}

async function setup(args: string[]): Promise<number> {
  parseArgs({ args });
  const { setupTensorFlow } = await import('./tensorflow/setup.js');
  const { detail } = await setupTensorFlow({ log: (line) => out(`${line}\n`) });
  out(`${detail}\n`);
  return 0;
}

const COMMANDS: Record<Command, (args: string[]) => Promise<number>> = { install, uninstall, run, setup };

async function main(args: string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--version') {
    out(`${require(join(__dirname, '..', 'package.json')).version}\n`);
    return 0;
  }
  if (first === '--help' || first === '-h') {
    out(HELP);
    return 0;
  }
  if (first === undefined || !Object.hasOwn(COMMANDS, first))
    throw new UsageError(first === undefined ? 'a command is missing' : `unknown command: ${first}`);
  const command = first as Command;
  if (rest.includes('--help') || rest.includes('-h')) {
    out(COMMAND_HELP[command]);
    return 0;
  }
  return COMMANDS[command](rest);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: NodeJS.ErrnoException) => {
    const usage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
    err(usage ? `fracmoment: ${error.message}\n\n${HELP}` : `fracmoment: ${error.message}\n`);
    process.exitCode = usage ? 2 : 1;
  },
);
