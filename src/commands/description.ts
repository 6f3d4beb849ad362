/** The least and the largest value that are accepted; the largest may be infinite. */
export type Range = readonly [least: number, largest: number];

/** A flag, by the kind of its value; `default` tells what holds where it is not given, `short` is another name: one letter. */
export type Flag = { about: string; default?: string; short?: string; excludes?: readonly string[] } & (
  | { kind: 'boolean' }
  | { kind: 'text'; placeholder: string }
  /** May be given several times. */
  | { kind: 'texts'; placeholder: string }
  /** Must be there. */
  | { kind: 'file'; placeholder: string }
  /** May be made by the command. */
  | { kind: 'folder'; placeholder: string }
  | { kind: 'integer'; placeholder: string; range: Range }
  /** A list of different integers, such as 0-4,7. */
  | { kind: 'integers'; placeholder: string; range: Range }
  | { kind: 'number'; placeholder: string; above: number }
);

/** Flags by name, without the dashes. */
export type Flags = Readonly<Record<string, Flag>>;

/** The arguments that are not flags: names of something, or files. */
export interface Positionals {
  placeholder: string;
  /** What one of them is, such as `experiment`. */
  noun: string;
  /** The accepted names, each with a line about it. Without them the arguments are files, which must exist. */
  choices?: Readonly<Record<string, string>>;
  /** A boolean flag with which the arguments are files, whatever the choices. */
  filesWith?: string;
  optional?: boolean;
  several?: boolean;
}

/** The type of a flag's value, by its kind. */
interface Values {
  boolean: boolean;
  text: string | undefined;
  texts: readonly string[];
  file: string | undefined;
  folder: string | undefined;
  integer: number | undefined;
  integers: readonly number[] | undefined;
  number: number | undefined;
}

/** An accepted command line. A flag that was not given is false, undefined or an empty list. */
export interface CommandLine<F extends Flags = Flags> {
  values: { readonly [Name in keyof F]: Values[F[Name]['kind']] };
  positionals: readonly string[];
}

/** A command, described by data. */
export interface Command<F extends Flags = Flags> {
  /** How it is called, such as `fracmoment run`. */
  name: string;
  about: string;
  flags: F;
  positionals?: Positionals;
  /** A program that gets all arguments as they are; only `--help` is read here. */
  passesTo?: string;
  /** Does the work and returns the exit code. It throws a UsageError for what the tables cannot express. */
  run(line: CommandLine<F>): Promise<number>;
}

/** Returns the command; its flags decide the types of the values that `run` gets. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command<F> {
  return command;
}

const lineWidth = 100;

/** The usage text of a command, made from its tables. */
export function usage({ name, about, flags, positionals, passesTo }: Command): string {
  const some = Object.keys(flags).length > 0 ? ' [flags]' : '';
  const calls = [name + (passesTo ? ` [arguments of ${passesTo}]` : placeholder(positionals) + some)];
  if (positionals?.filesWith !== undefined) calls.push(`${name} --${positionals.filesWith} FILE… [flags]`);
  const parts = [
    calls.map((call, i) => `${i === 0 ? 'Usage: ' : '       '}${call}`),
    wrapped(about, lineWidth),
    columns([...Object.entries(flags).map(flagLine), ['--help', 'print this']]),
  ];
  if (positionals?.choices) {
    const { noun, choices } = positionals;
    parts.push([`${noun[0]!.toUpperCase()}${noun.slice(1)}s:`, ...columns(Object.entries(choices))]);
  }
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function placeholder(positionals: Positionals | undefined): string {
  if (!positionals) return '';
  const text = positionals.placeholder + (positionals.several ? '…' : '');
  return positionals.optional ? ` [${text}]` : ` ${text}`;
}

function flagLine([name, flag]: [string, Flag]): [string, string] {
  const value = flag.kind === 'boolean' ? '' : ` ${flag.placeholder}`;
  const otherwise = flag.default === undefined ? '' : ` (default: ${flag.default})`;
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  return [`${short}--${name}${value}`, flag.about + otherwise];
}

/** Two columns, the second wrapped. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrapped(right, lineWidth - width - 4).map((line, i) =>
      `  ${(i === 0 ? left : '').padEnd(width)}  ${line}`.trimEnd(),
    ),
  );
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= width || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
