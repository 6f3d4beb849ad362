// The inputs of this session, for consoles that recall earlier input.
import { readNumber } from './content';
import type { JsonRecord } from './wire';

/**
 * Entries [session, line, input] for a history_request: the last ones, a range, or those that match a
 * pattern.
 */
export function searchHistory(inputs: readonly string[], content: JsonRecord): [number, number, string][] {
  const entries = inputs.map((input, index): [number, number, string] => [0, index + 1, input]);
  const last = readNumber(content, 'n', entries.length);
  switch (content.hist_access_type) {
    case 'range':
      return entries.slice(
        readNumber(content, 'start', 1) - 1,
        readNumber(content, 'stop', entries.length + 1) - 1,
      );
    case 'search': {
      const pattern = String(content.pattern ?? '*').replace(/[.+^${}()|[\]\\]/g, '\\$&');
      const glob = new RegExp(`^${pattern.replace(/\*/g, '[^]*').replace(/\?/g, '[^]')}$`);
      return entries.filter(([, , input]) => glob.test(input)).slice(-last);
    }
    default:
      return entries.slice(-last);
  }
}
