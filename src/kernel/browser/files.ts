// node:fs and node:path, as far as notebooks need them: reading the files of the visitor and of the site.
import { folder, resolve, root } from './paths';
import { fetchSync, siteAddress } from './scope';
import type { VisitorFiles } from './visitorFiles';

/** The modules `fs` and `path` of cells. */
export function fileModules(visitor: VisitorFiles): { fs: object; path: object } {
  /** Where the site has a file; undefined for one that it cannot have. */
  const addressOf = (file: string): string | undefined => {
    const path = resolve(file);
    if (path.startsWith(`${folder}/`)) return `${siteAddress()}files${path.slice(folder.length)}`;
    return path.startsWith(`${root}/`) ? siteAddress() + path.slice(root.length + 1) : undefined;
  };
  const read = (file: unknown, encoding: unknown): unknown => {
    if (typeof file !== 'string') throw new TypeError(`path must be a string; got ${typeof file}`);
    const name =
      typeof encoding === 'object' && encoding !== null
        ? (encoding as { encoding?: unknown }).encoding
        : encoding;
    if (name !== undefined && name !== null && !/^utf-?8$/i.test(String(name)))
      throw new RangeError(`the encoding must be 'utf8' in a browser; got ${String(name)}`);
    const own = name ? visitor.text(resolve(file)) : visitor.read(resolve(file))?.slice();
    if (own !== undefined) return own;
    const address = addressOf(file);
    const content = address && (name ? fetchSync(address, 'text') : fetchSync(address, 'arraybuffer'));
    if (content !== undefined && content !== '')
      return typeof content === 'string' ? content : new Uint8Array(content);
    const error = new Error(
      `ENOENT: no such file, open '${file}': in a browser there are the files of the site and those in its file browser`,
    );
    throw Object.assign(error, { code: 'ENOENT', path: file });
  };
  const fs = {
    readFileSync: read,
    existsSync(file: unknown) {
      try {
        read(file, undefined);
        return true;
      } catch {
        return false;
      }
    },
  };
  const base = (path: string) => path.replace(/\/+$/, '').split('/').at(-1)!;
  const path = {
    sep: '/',
    resolve,
    join: (...parts: string[]) => parts.filter(Boolean).join('/').replace(/\/+/g, '/') || '.',
    basename: (file: string, ending = '') =>
      base(file).endsWith(ending) ? base(file).slice(0, base(file).length - ending.length) : base(file),
    dirname: (file: string) => file.split('/').slice(0, -1).join('/') || (file.startsWith('/') ? '/' : '.'),
    extname: (file: string) => /.(\.[^.]*)$/.exec(base(file))?.[1] ?? '',
    isAbsolute: (file: string) => file.startsWith('/'),
  };
  return { fs: { ...fs, default: fs }, path: { ...path, default: path } };
}
