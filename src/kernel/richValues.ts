// How a cell's value is shown.
import { type Displayable, displayMethod, type MimeBundle } from '../notebook/host';
import { inspect } from './intrinsics';

/** What is shown of a value: text, besides what it makes of itself; of a canvas an image. */
export async function mimeBundleOf(value: unknown): Promise<MimeBundle> {
  const text = { 'text/plain': inspect(value) };
  const shown = value as Partial<Displayable & { toDataURL(): unknown }> | null | undefined;
  if (typeof shown?.[displayMethod] === 'function') {
    const data: unknown = await shown[displayMethod]();
    if (typeof data !== 'object' || data === null || Array.isArray(data))
      throw new TypeError(
        `[Symbol.for('Jupyter.display')] must return data by MIME type; got ${inspect(data)}`,
      );
    return { data: { ...text, ...data } };
  }
  if (typeof shown?.toDataURL === 'function') {
    const url: unknown = await shown.toDataURL();
    const [, type, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(String(url)) ?? [];
    if (type !== undefined) return { data: { ...text, [type]: base64 } };
  }
  return { data: text };
}
