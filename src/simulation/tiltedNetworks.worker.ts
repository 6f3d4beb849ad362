import { serveTasks } from '../platform/workerPool';
import { simulateTiltedNetworks } from './tiltedNetworks';

void serveTasks(() => simulateTiltedNetworks);
