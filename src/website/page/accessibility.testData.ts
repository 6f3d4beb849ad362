/** What a checker of accessibility finds in the page that loads this module. */
export function accessibilityProblems(): string[] {
  const found: string[] = [];
  const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
  if (document.documentElement.lang !== 'en') found.push('no language');
  if (document.title === '') found.push('no title');
  for (const landmark of ['header', 'main', 'footer'])
    if (all(landmark).length !== 1) found.push(`${all(landmark).length} × ${landmark}`);
  if (all('h1').length !== 1) found.push(`${all('h1').length} × h1`);
  let level = 0;
  for (const heading of all('h1, h2, h3, h4, h5, h6')) {
    const own = Number(heading.tagName.slice(1));
    if (own > level + 1) found.push(`${heading.tagName} after level ${level}: ${heading.textContent}`);
    level = own;
  }
  for (const picture of all('img')) if (!picture.hasAttribute('alt')) found.push('a picture without alt');
  for (const control of all('input, select'))
    if (!(control as HTMLInputElement).labels?.length && !control.ariaLabel)
      found.push(`no label: ${control.id}`);
  for (const link of all('a, button'))
    if (link.textContent.trim() === '' && !link.ariaLabel && !link.querySelector('img[alt]:not([alt=""])'))
      found.push(`no name: ${link.outerHTML}`);
  for (const table of all('table')) if (!table.querySelector('th')) found.push('a table without headers');
  for (const region of all('nav, form, [role=region], [role=img]'))
    if (!region.ariaLabel) found.push(`no name: ${region.outerHTML.slice(0, 80)}`);
  const ids = all('[id]').map(({ id }) => id);
  for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`twice: ${id}`);
  return found;
}
