import { serveTasks } from '../platform/workerPool';
import { replayNetwork } from './replay';

void serveTasks(() => replayNetwork);
