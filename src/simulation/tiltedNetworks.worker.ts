import { serveTasks } from '../parallel';
import { simulateTiltedNetworks } from './tiltedNetworks';

void serveTasks(simulateTiltedNetworks);
