import { existsSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Command, type CommandLine, type Flag, type Flags, type Range, usage } from './description';

/** A wrong command line. */
export class UsageError extends Error {}

/**
 * Runs a command and sets the exit code of the process: what the command returns, or 0 for `--help`. An error is
 * reported by its message on stderr: with the usage and exit code 2 if the command line is wrong, else with 1. Output that
 * can no longer be written ends the process with 1.
 */
export async function runCommand(command: Command, args: readonly string[]): Promise<void> {
  // whoever reads the output may go, as in `| head -1`
  process.stdout.on('error', ({ message }) => {
    process.stderr.write(`fracmoment: stdout was closed: ${message}\n`);
    process.exit(1);
  });
  process.stderr.on('error', () => process.exit(1)); // nobody left to tell
  try {
    if (args.includes('--help') || args.includes('-h')) {
      process.stdout.write(usage(command));
      process.exitCode = 0;
    } else process.exitCode = await command.run(parseCommandLine(command, args));
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`fracmoment: ${message}\n${isUsage ? `\n${usage(command)}` : ''}`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

/**
 * Reads and checks a command line.
 * @throws UsageError for the first argument that is wrong.
 */
export function parseCommandLine<F extends Flags>(
  command: Command<F>,
  args: readonly string[],
): CommandLine<F> {
  const flags: Flags = command.flags;
  const values: Record<string, unknown> = {};
  const line = (positionals: readonly string[]) => ({ values, positionals }) as unknown as CommandLine<F>;
  if (command.passesTo !== undefined) return line(args);
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = {};
  for (const [name, { kind, short }] of Object.entries(flags)) {
    options[name] = {
      type: kind === 'boolean' ? 'boolean' : 'string',
      ...(short !== undefined && { short }),
    };
    values[name] = kind === 'boolean' ? false : kind === 'texts' ? [] : undefined;
  }
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const given = new Set(tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])));
  const expected = command.positionals;
  const filesInstead = expected?.filesWith !== undefined && given.has(expected.filesWith);
  const choices = filesInstead ? undefined : expected?.choices;
  const noun = filesInstead ? 'file' : expected?.noun;
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!expected || (positionals.length === 1 && !expected.several))
        throw new UsageError(`unexpected argument: ${token.value}`);
      if (choices && !Object.hasOwn(choices, token.value))
        throw new UsageError(`no ${noun} is called ${token.value}`);
      if (!choices && !isFile(token.value)) throw new UsageError(`no such file: ${token.value}`);
      positionals.push(token.value);
    } else if (token.kind === 'option') {
      const flag = Object.hasOwn(flags, token.name) ? flags[token.name]! : undefined;
      if (!flag) throw new UsageError(`unknown flag: ${token.rawName}`);
      const rival = flag.excludes?.find((name) => given.has(name));
      if (rival !== undefined) throw new UsageError(`--${token.name} and --${rival} exclude each other`);
      const value = flagValue(token.rawName, flag, token.value);
      values[token.name] = flag.kind === 'texts' ? [...(values[token.name] as string[]), value] : value;
    }
  }
  if (expected && !expected.optional && positionals.length === 0)
    throw new UsageError(`no ${noun} was given`);
  return line(positionals);
}

const isFile = (name: string) => existsSync(name) && !statSync(name).isDirectory();

/** The value of a flag; of one that may be given several times, this one. */
function flagValue(name: string, flag: Flag, text: string | undefined): unknown {
  if (flag.kind === 'boolean') {
    if (text !== undefined) throw new UsageError(`${name} takes no value; got ${text}`);
    return true;
  }
  if (text === undefined || text === '' || /^-\D/.test(text))
    throw new UsageError(`${name} needs a value: ${name} ${flag.placeholder}`);
  const must = (condition: boolean, wanted: string) => {
    if (!condition) throw new UsageError(`${name} must be ${wanted}; got ${text}`);
  };
  const number = Number(text);
  switch (flag.kind) {
    case 'text':
    case 'texts':
      return text;
    case 'file':
      must(isFile(text), 'a file');
      return text;
    case 'folder':
      must(!existsSync(text) || statSync(text).isDirectory(), 'a folder');
      return text;
    case 'number':
      must(Number.isFinite(number) && number > flag.above, `a number in (${flag.above}, ∞)`);
      return number;
    case 'integer':
      must(Number.isSafeInteger(number) && isIn(flag.range, number), `an integer in ${interval(flag.range)}`);
      return number;
    case 'integers': {
      const list = integers(text, flag.range);
      must(list !== undefined, `a list of different integers in ${interval(flag.range)}, such as 0-4,7`);
      return list;
    }
  }
}

const isIn = ([least, largest]: Range, value: number) => value >= least && value <= largest;

function interval([least, largest]: Range): string {
  return `[${least}, ${largest === Infinity ? '∞)' : `${largest}]`}`;
}

/** The numbers of a list such as 0-4,7; undefined if it is not one, or a number is repeated or out of range. */
function integers(text: string, range: Range): readonly number[] | undefined {
  const all: number[] = [];
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined || ![first, last].every((end) => isIn(range, Number(end)))) return undefined;
    if (Number(last) < Number(first)) return undefined;
    for (let i = Number(first); i <= Number(last); i++) all.push(i);
  }
  return new Set(all).size === all.length ? all : undefined;
}
