import { whyNotJson } from '../kernel/notebook';
import { readText } from '../kernel/notebookFile';
import type { ParameterValue } from '../kernel/parameters';
import { UsageError } from './command';

/** `-p` and `--parameters` of the command that runs notebooks. */
export const parameterFlags = {
  parameter: {
    kind: 'texts',
    short: 'p',
    placeholder: 'NAME=VALUE',
    about:
      'set a variable that the cell tagged "parameters" declares, for this run; may be repeated. VALUE is the text itself ' +
      'where the variable is a string, else JSON: -p width=128 -p orders=[0.5,1] -p method=exact',
  },
  parameters: {
    kind: 'file',
    placeholder: 'FILE',
    about: 'set those in the JSON object that FILE contains; -p overrides them',
  },
} as const;

/**
 * The parameters that these flags give.
 * @throws UsageError if one is not NAME=VALUE, or the file not a JSON object
 */
export function givenParameters(
  texts: readonly string[],
  file: string | undefined,
): Map<string, ParameterValue> {
  const parameters = new Map<string, ParameterValue>();
  if (file !== undefined)
    for (const [name, value] of Object.entries(objectIn(file))) parameters.set(name, { value });
  for (const given of texts) {
    const [, name, text] = /^([^=\s]+)=(.*)$/s.exec(given) ?? [];
    if (name === undefined) throw new UsageError(`-p must be NAME=VALUE; got ${given}`);
    parameters.set(name, { text: text! });
  }
  return parameters;
}

function objectIn(file: string): object {
  const refused = (reason: string) =>
    new UsageError(`--parameters must be a file that contains a JSON object; got ${file}${reason}`);
  let text = '';
  let content: unknown;
  try {
    text = readText(file);
    content = JSON.parse(text);
  } catch (error) {
    throw refused(`: ${whyNotJson(text, error as Error)}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw refused('');
  return content;
}
