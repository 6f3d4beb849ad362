// Offers the published version of a notebook to a visitor whose browser keeps another one, edited on an earlier visit.
import { type Contents, type NotebookContent, type NotebookPanel, page } from './jupyter';
import { baseAddress, Widget } from './shared';

/** Watches an open notebook: the offer appears when its saved cells differ from the published ones. */
export async function offerPublished(panel: NotebookPanel, contents: Contents): Promise<void> {
  const { context } = panel;
  await context.ready;
  const { path } = context;
  const read = async (address: string) => (await (await fetch(`${baseAddress}${address}`)).json()) as unknown;
  const all = (await read('api/contents/all.json')) as { content: readonly { path: string }[] };
  if (!all.content.some((file) => file.path === path)) return; // a notebook of the visitor's own
  const published = (await read(`files/${encodeURIComponent(path)}`)) as NotebookContent;
  let banner: InstanceType<typeof Widget> | undefined;
  const look = async () => {
    const { content } = await contents.get(path, { content: true });
    if (panel.isDisposed) return;
    if (sameCells(content, published)) {
      banner?.hide();
    } else if (banner) banner.show();
    else {
      banner = bannerFor(path, async () => {
        const copy = `${path.replace(/\.ipynb$/, '')} (my edits ${stamp()}).ipynb`;
        await contents.save(copy, { type: 'notebook', format: 'json', content: context.model.toJSON() });
        context.model.fromJSON(published);
        await context.save();
        return copy;
      });
      panel.contentHeader.addWidget(banner);
    }
  };
  await look();
  context.saveState.connect((_: never, state: string) => {
    if (state === 'completed') void look();
  });
}

const stamp = () => new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');

/** Whether two notebooks have the same cells; outputs differ after every run. */
function sameCells(one: NotebookContent, other: NotebookContent): boolean {
  const cells = ({ cells: all }: NotebookContent) =>
    JSON.stringify(
      all.map(({ cell_type, source }) => [cell_type, typeof source === 'string' ? source : source.join('')]),
    );
  return cells(one) === cells(other);
}

/** @param restore puts the published version in place, and resolves with the name under which the edits are kept */
function bannerFor(path: string, restore: () => Promise<string>): InstanceType<typeof Widget> {
  const banner = new Widget();
  banner.addClass('fracmoment-published');
  Object.assign(banner.node.style, {
    minHeight: '38px', // by which JupyterLab's layout gives it room
    padding: '6px 12px',
    overflow: 'auto',
    whiteSpace: 'nowrap',
    background: 'var(--jp-layout-color3, #e0e0e0)',
    color: 'var(--jp-ui-font-color0, #000)',
    borderBottom: '2px solid var(--jp-warn-color1, #f57c00)',
    font: 'var(--jp-ui-font-size1, 13px) var(--jp-ui-font-family, sans-serif)',
  });
  const text = page.document.createElement('span');
  text.textContent = `This is your own copy of ${path}. `;
  const button = page.document.createElement('button');
  button.className = 'jp-mod-styled jp-mod-accept';
  button.textContent = 'Open the published version';
  const note = page.document.createElement('span');
  note.textContent = ' Your edits are kept in a copy.';
  button.onclick = () => {
    restore().then(
      () => {},
      (error: unknown) => {
        note.textContent = ` It could not be opened: ${error}`;
      },
    );
  };
  banner.node.append(text, button, note);
  return banner;
}
