/** What selecting needs of an element. */
export interface Selectable {
  readonly localName: string;
  readonly firstElementChild: Selectable | null;
  readonly nextElementSibling: Selectable | null;
  getAttribute(name: string): string | null;
}

interface Simple {
  tag: string;
  classes: string[];
}

const known = new Map<string, Simple | undefined>();

/** A selector of a tag and classes, such as `g.legend`; undefined for any other. */
function parseSelector(selector: string): Simple | undefined {
  if (!known.has(selector)) {
    const found = /^([a-zA-Z]*)((?:\.[\w-]+)*)$/.exec(selector);
    const simple =
      found && selector !== '' ? { tag: found[1]!, classes: found[2]!.split('.').slice(1) } : undefined;
    known.set(selector, simple);
  }
  return known.get(selector);
}

function matches(element: Selectable, { tag, classes }: Simple): boolean {
  if (tag !== '' && element.localName !== tag) return false;
  if (classes.length === 0) return true;
  const own = ` ${element.getAttribute('class') ?? ''} `;
  return classes.every((name) => own.includes(` ${name} `));
}

/** Adds the descendants that match to `found`, in the order of the document, until there are `most`. */
function collect(element: Selectable, simple: Simple, found: Selectable[], most: number): void {
  for (
    let child = element.firstElementChild;
    child && found.length < most;
    child = child.nextElementSibling
  ) {
    if (matches(child, simple)) found.push(child);
    if (found.length < most) collect(child, simple, found, most);
  }
}

/** At most `most` descendants of an element that a selector matches; undefined if the selector is not simple. */
export function select(element: Selectable, selector: string, most: number): Selectable[] | undefined {
  const simple = parseSelector(selector);
  if (!simple) return undefined;
  const found: Selectable[] = [];
  collect(element, simple, found, most);
  return found;
}
