// Runs in the page of JupyterLab, `lab/index.html`, before everything else.
import { startFirstWorker } from './workers';

startFirstWorker('../kernel/worker.js');
