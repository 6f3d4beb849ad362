import { serveTasks } from '../platform/parallel';
import { replayNetwork } from './replay';

void serveTasks(replayNetwork);
