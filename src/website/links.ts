import { addressFrom, repository, theoryFile } from './shell';

/** The page of a notebook on the site. */
export const notebookFile = (name: string): string => `notebooks/${name}.html`;

/**
 * The address of what a text of the project links to: on the site if it has it, else where the sources are published.
 * @param page the file of the page with the text, on the site
 * @param folder of the text in the project
 */
export function linkFrom(page: string, folder: 'docs' | 'notebooks'): (target: string) => string {
  return (target) => {
    if (/^[a-z]+:/.test(target) || target.startsWith('#')) return target;
    const { pathname, hash } = new URL(target, `file:///${folder}/`);
    const inProject = pathname.slice(1);
    const [, notebook] = /^notebooks\/([\w-]+)\.ipynb$/.exec(inProject) ?? [];
    if (notebook !== undefined) return addressFrom(page, notebookFile(notebook)) + hash;
    if (inProject === 'docs/theory.md') return addressFrom(page, theoryFile) + hash;
    return `${repository}/blob/main/${inProject}${hash}`;
  };
}
