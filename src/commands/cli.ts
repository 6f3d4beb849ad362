#!/usr/bin/env node
// The command `fracmoment`.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseTimeout, runCommand, UsageError } from './command';

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

const out = (text: string) => process.stdout.write(text);

function installOptions(args: string[]): { prefix?: string } {
  const { values } = parseArgs({ args, options: { user: { type: 'boolean' }, prefix: { type: 'string' } } });
  if (values.user && values.prefix !== undefined)
    throw new UsageError('--user and --prefix exclude each other');
  return values.prefix === undefined ? {} : { prefix: values.prefix };
}

async function install(args: string[]): Promise<number> {
  const { installKernel } = await import('../kernel/install.js');
  out(`installed ${installKernel(installOptions(args))}\n`);
  return 0;
}

async function uninstall(args: string[]): Promise<number> {
  const { uninstallKernel } = await import('../kernel/install.js');
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
  const outputs = positionals.map((file) => basename(file));
  if (values.out !== undefined && new Set(outputs).size < outputs.length)
    throw new UsageError('--out DIR needs notebooks of different names');
  const timeout = values.timeout === undefined ? undefined : parseTimeout(values.timeout);

  const { rerunNotebooks } = await import('./rerun.js');
  const { exitCode } = await rerunNotebooks(positionals, {
    ...(values.out !== undefined && { out: values.out }),
    ...(timeout !== undefined && { timeout }),
  });
  return exitCode;
}

async function setup(args: string[]): Promise<number> {
  parseArgs({ args });
  const { setupTensorFlow } = await import('../tensorflow/setup/setup.js');
  const { detail } = await setupTensorFlow({ log: (line) => out(`${line}\n`) });
  out(`${detail}\n`);
  return 0;
}

const COMMANDS: Record<Command, (args: string[]) => Promise<number>> = { install, uninstall, run, setup };

async function main(args: string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--version') {
    out(`${require(join(__dirname, '..', '..', 'package.json')).version}\n`);
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

runCommand(HELP, () => main(process.argv.slice(2)));
