import { serveTasks } from '../platform/parallel';
import { simulateNetworks } from './networks';

void serveTasks(simulateNetworks);
