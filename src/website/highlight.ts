import { escapeHtml } from '../notebook/table';

/** Highlighted code as HTML. */
export type Highlight = (code: string, language: string) => string;

/** The languages that documents and cells are written in. */
const languages = ['typescript', 'python', 'shellscript'];

/** What fences in documents call these languages. */
const aliases: Readonly<Record<string, string>> = { ts: 'typescript', sh: 'shellscript', py: 'python' };

/** Loads the highlighter, whose colours are those of a light and a dark theme. */
export async function loadHighlight(): Promise<Highlight> {
  const { createHighlighter } = await import('shiki');
  const themes = { light: 'github-light-high-contrast', dark: 'github-dark' };
  const shiki = await createHighlighter({ themes: Object.values(themes), langs: languages });
  return (code, language) => {
    const lang = aliases[language] ?? language;
    if (!languages.includes(lang)) return `<pre tabindex="0"><code>${escapeHtml(code)}</code></pre>`;
    return shiki.codeToHtml(code.trimEnd(), { lang, themes, defaultColor: false });
  };
}
