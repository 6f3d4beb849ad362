import type * as node from './nodeOnly';

/** A function that refuses by name to work in a browser. */
function refuse(name: keyof typeof node, why: string): () => never {
  return () => {
    throw new Error(`${name} works in Node only: ${why}`);
  };
}

const files = 'it needs files, which a browser does not have';
const pictures = 'in a browser, give the figure to Plotly.newPlot';

export const loadCifar10: typeof node.loadCifar10 = refuse('loadCifar10', files);
export const renderPng: typeof node.renderPng = refuse('renderPng', pictures);
export const saveFigure: typeof node.saveFigure = refuse('saveFigure', pictures);
