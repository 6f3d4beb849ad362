import { serveTasks } from '../platform/parallel';
import { simulateTiltedNetworks } from './tiltedNetworks';

void serveTasks(simulateTiltedNetworks);
