/** The file of a module that this package may load; undefined if it is not installed. */
export function resolved(name: string, options?: { paths: string[] }): string | undefined {
  try {
    return require.resolve(name, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
