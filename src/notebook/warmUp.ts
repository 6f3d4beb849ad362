import { inNotebook } from './host';
import { renderer } from './picture';

// dist/index.js requires this file, so that drawing is loaded while the reader looks at the cell that imports the package,
// rather than when the first chart is shown
if (inNotebook()) setTimeout(() => void renderer()?.warmUp(), 200).unref();
