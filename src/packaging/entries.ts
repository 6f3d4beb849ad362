/** The entries of the package by their subpath, and their modules by their path in `src` without its ending. */
export const entries: Readonly<Record<string, string>> = {
  '.': 'index',
  './charts': 'charts/index',
  './estimators': 'estimators/index',
  './simulation': 'simulation/index',
  './tensorflow': 'tensorflow/index',
  './theory': 'theory/index',
};
