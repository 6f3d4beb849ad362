// Where cells and all that they can name lie, as they see it.

/** The folder that holds all there is: cells lie in its folder `notebooks`. */
export const root = '/fracmoment';
export const folder = `${root}/notebooks`;

/** An absolute path without `.` and `..`. */
export function resolve(...parts: string[]): string {
  const joined = [folder, ...parts].reduce((path, part) => (part.startsWith('/') ? part : `${path}/${part}`));
  const names: string[] = [];
  for (const name of joined.split('/'))
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  return `/${names.join('/')}`;
}
