/** `--timeout` of the commands that rerun notebooks. */
export const timeoutFlag = {
  kind: 'number',
  placeholder: 'SECONDS',
  above: 0,
  about: 'how long a cell may take',
  default: '600',
} as const;
