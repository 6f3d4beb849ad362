// npm run build, after the compiler: what of dist is made from its output.
import { writeLazyIndex } from './lazyIndex';
import { buildModules } from './modules';

writeLazyIndex();
void buildModules();
