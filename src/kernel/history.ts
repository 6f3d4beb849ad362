// What was entered in this session, for consoles that recall earlier input.
import { readBoolean, readNumber } from './content';
import type { JsonRecord } from './wire';

/** [session, line, input], or [session, line, [input, output]] where outputs are wanted. */
type Entry = [number, number, string | [string, unknown]];

export interface History {
  /** Returns what takes the text of its value. */
  add(input: string): (output: unknown) => void;
  /** What a history_request asks for: the last entries, a range, or those that match a pattern. */
  search(content: JsonRecord): Entry[];
}

export function createHistory(): History {
  const lines: { line: number; input: string; output: unknown }[] = [];
  return {
    add(input) {
      const line = { line: lines.length + 1, input, output: null as unknown };
      lines.push(line);
      return (output) => {
        line.output = output;
      };
    },
    search(content) {
      const last = readNumber(content, 'n', lines.length);
      const withOutput = readBoolean(content, 'output', false);
      let found = lines;
      if (content.hist_access_type === 'range') {
        // the running session is 0; there is no other
        const isThis = readNumber(content, 'session', 0) === 0;
        const start = Math.max(1, readNumber(content, 'start', 1));
        const stop = readNumber(content, 'stop', lines.length + 1);
        found = isThis ? lines.filter(({ line }) => start <= line && line < stop) : [];
      } else {
        if (content.hist_access_type === 'search') {
          const pattern = String(content.pattern ?? '*');
          found = lines.filter(({ input }) => matches(pattern, input));
          if (readBoolean(content, 'unique', false)) found = latestOfEach(found);
        }
        found = last > 0 ? found.slice(-last) : [];
      }
      return found.map(({ line, input, output }) => [0, line, withOutput ? [input, output] : input]);
    },
  };
}

function latestOfEach<T extends { input: string }>(lines: readonly T[]): T[] {
  const latest = new Map(lines.map((line) => [line.input, line]));
  return lines.filter((line) => latest.get(line.input) === line);
}

/** Whether a text is what a pattern with `*` (any text) and `?` (any character) describes. */
export function matches(pattern: string, text: string): boolean {
  let [p, t] = [0, 0];
  // where the last star was and how much it stands for: a longer stretch is tried on a mismatch
  let [star, from] = [-1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') [star, from] = [p++, t];
    else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) [p, t] = [star + 1, ++from];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
