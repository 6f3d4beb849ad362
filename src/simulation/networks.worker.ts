import { serveTasks } from '../parallel';
import { simulateNetworks } from './networks';

void serveTasks(simulateNetworks);
