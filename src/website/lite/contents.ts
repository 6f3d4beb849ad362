import { parseNotebook, sourceOf } from '../../kernel/notebook';
import { repository } from '../shell';

/**
 * A notebook as JupyterLite keeps it: texts in one piece, as a Jupyter server sends them, because JupyterLab writes commas
 * between the lines of others; and links to files outside of the folder lead to where the sources are published.
 */
export function liteNotebook(text: string): string {
  const notebook = parseNotebook(text);
  for (const cell of notebook.cells)
    if (cell.cell_type === 'markdown')
      cell.source = sourceOf(cell).replaceAll('](../', `](${repository}/blob/main/`);
  return JSON.stringify(notebook, (key, value) => (isText(key) && isLines(value) ? value.join('') : value));
}

/** Whether a notebook has text, as lines, by this key: a source, a stream, or a MIME type other than of JSON. */
function isText(key: string): boolean {
  return key === 'source' || key === 'text' || (key.includes('/') && !key.endsWith('json'));
}

function isLines(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((line) => typeof line === 'string');
}
