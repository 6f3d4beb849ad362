// What reads files or draws without a browser. In a browser, nodeOnly.browser.ts refuses it.
export { loadCifar10 } from './datasets/cifar10';
export { loadIdx } from './datasets/idx';
export { loadMnist } from './datasets/mnist';
export { renderPng, saveFigure } from './notebook/picture';
export { trainingResults } from './training/results';
