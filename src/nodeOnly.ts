// What reads hundreds of megabytes of files or draws without a browser. In a browser, nodeOnly.browser.ts refuses it.
export { loadCifar10 } from './datasets/cifar10';
export { renderPng, saveFigure } from './notebook/picture';
