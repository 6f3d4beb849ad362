import { serveTasks } from '../platform/workerPool';
import { simulateNetworks } from './networks';

void serveTasks(() => simulateNetworks);
