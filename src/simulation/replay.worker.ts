import { serveTasks } from '../parallel';
import { replayNetwork } from './replay';

void serveTasks(replayNetwork);
