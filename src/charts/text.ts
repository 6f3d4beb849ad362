/** Font sizes in px. */
export const fontSize = { title: 16, panelTitle: 14, text: 13 };

/** Widths of a character in units of the font size: the mean over English text in DejaVu Sans, rounded up. */
export const characterWidth = { regular: 0.54, bold: 0.6 };

// what East Asian and emoji fonts set in a square
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

// begins none of the tags in Plotly's src/lib/svg_text_utils.js, whose attributes are quoted
const noTag = /<(?!\/?(?:su[bp]|span|em|br|[abisu])(?:\s+\w+\s*=\s*["'][^<>]*|\s+\/?)?>)/.source;

/** `<` that a `>` follows before any tag. */
const unpaired = new RegExp(`${noTag}(?=(?:[^<>]|${noTag})*>)`, 'gi');

/**
 * A text for Plotly, in which the tags `<b>`, `<i>`, `<em>`, `<u>`, `<s>`, `<sub>`, `<sup>`, `<span>`, `<a>` and
 * `<br>` have their meaning, and any other `<`, as in `s<1`, is drawn as written.
 */
export function escapeText(text: string): string {
  return text.replace(unpaired, '&lt;');
}

/** The lines of a Plotly text. */
export function textLines(text: string): string[] {
  return text.split(/<br(?:\s[^<>]*)?>/i);
}

/** A tag, an entity or a character. */
const signs = /<[^<>]*>|&(?:#\w+|mu|amp|[lg]t|nbsp|times|plusmn|deg);|./gsu;

/** The length of an escaped text in characters, without tags; a wide character counts twice. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const [sign] of text.matchAll(signs)) columns += /^<./.test(sign) ? 0 : wide.test(sign) ? 2 : 1;
  return columns;
}

/**
 * Escapes a text and breaks it at spaces, and words that are longer than a line anywhere, into the fewest lines
 * of at most `length` characters, balanced in length. Numbers stay with the word before, and both sides of a
 * relation together, as in `depth 100` and `s = 1`. Text that contains `<br>` is not broken.
 */
export function wrapText(plain: string, length: number): string {
  const text = escapeText(plain);
  if (textLines(text).length > 1 || columnsOf(text) <= length) return text;
  const words = text.split(breaks).flatMap((phrase) => fitting(phrase, length));
  const fewest = filled(words, length).length;
  for (let shorter = Math.floor(columnsOf(text) / fewest); ; shorter++) {
    const lines = filled(words, shorter);
    if (lines.length <= fewest) return lines.join('<br>');
  }
}

/** @throws RangeError naming the text if it needs more than `most` lines of `length` characters. */
export function wrapWithin(name: string, plain: string, length: number, most: number): string {
  const text = wrapText(plain, length);
  const { length: lines } = textLines(text);
  if (lines > most)
    throw new RangeError(`${name} must fit on ${most} lines of ${length} characters; got ${lines} lines`);
  return text;
}

// a space outside of tags, neither beside a relation nor before a number
const breaks = /(?<! (?:[=<>≤≥≈±]|&lt;)) (?!(?<=<[^<>]*)[^<>]*>)(?!(?:[=<>≤≥≈±]|&lt;) |[−-]?\d)/;

/** A phrase, or if it is longer than a line, its words, of which those that still are get cut. */
function fitting(phrase: string, length: number): string[] {
  if (columnsOf(phrase) <= length) return [phrase];
  return phrase.split(/ (?!(?<=<[^<>]*)[^<>]*>)/).flatMap((word) => cut(word, length));
}

/** Fills lines of at most `length` characters, or of one word, with words. */
function filled(words: readonly string[], length: number): string[] {
  const [first = '', ...rest] = words;
  const lines = [first];
  for (const word of rest) {
    const line = `${lines.at(-1)} ${word}`;
    if (columnsOf(line) <= length) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

/** The word in pieces of at most `length` characters. */
function cut(word: string, length: number): string[] {
  const pieces = [''];
  for (const [sign] of word.matchAll(signs)) {
    const piece = pieces.at(-1)! + sign;
    if (pieces.at(-1) === '' || columnsOf(piece) <= length) pieces[pieces.length - 1] = piece;
    else pieces.push(sign);
  }
  return pieces;
}
