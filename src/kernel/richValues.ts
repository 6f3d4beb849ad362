// How a cell's value is shown.
import type { MimeBundle } from '../notebook/host';
import { inspect } from './intrinsics';

/** The method, sync or async, by which a value says how it is shown: it returns data by MIME type. */
const DISPLAY = Symbol.for('Jupyter.display');

/** What is shown of a value: its own MIME bundle, a canvas as an image, else text. */
export async function mimeBundleOf(value: unknown): Promise<MimeBundle> {
  const shown = value as { [DISPLAY]?: unknown; toDataURL?: unknown } | null | undefined;
  if (typeof shown?.[DISPLAY] === 'function') {
    const data: unknown = await shown[DISPLAY]();
    if (typeof data !== 'object' || data === null || Array.isArray(data))
      throw new TypeError(
        `[Symbol.for('Jupyter.display')] must return data by MIME type; got ${inspect(data)}`,
      );
    return { data: data as Record<string, unknown> };
  }
  if (typeof shown?.toDataURL === 'function') {
    const url: unknown = await shown.toDataURL();
    const [, type, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(String(url)) ?? [];
    if (type !== undefined) return { data: { [type]: base64, 'text/plain': inspect(value) } };
  }
  return { data: { 'text/plain': inspect(value) } };
}
