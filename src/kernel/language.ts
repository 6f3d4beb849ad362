// What the kernel is called and what it says about its language: in the kernelspec, in kernel_info and in notebooks.

export const KERNEL_NAME = 'fracmoment';
export const DISPLAY_NAME = 'TypeScript (fracmoment)';

/** `language_info` of kernel_info_reply, which front-ends copy into a notebook's metadata. */
export const LANGUAGE_INFO = {
  codemirror_mode: 'typescript', // an object names JavaScript's mode, whose colours differ
  file_extension: '.ts',
  mimetype: 'text/typescript',
  name: 'typescript',
  pygments_lexer: 'typescript',
  version: '5.9.3',
};
