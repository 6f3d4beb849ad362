import type { NetworkCurve } from '../../training/curves';
import { trainingResults } from '../../training/results';
import type { Explorable } from './explorable';
import { law } from './law';
import { map } from './map';
import { sampleMean } from './sampleMean';
import { type Sweeps, sweepNames, training } from './training';

/** The committed curves of the sweeps, without the measures that no explorable shows. */
function sweeps(): Sweeps {
  const shown = ({ scheme, run, testLoss, testAccuracy }: NetworkCurve) =>
    ({ scheme, run, testLoss, testAccuracy }) as NetworkCurve;
  return Object.fromEntries(
    sweepNames.map((name) => [name, trainingResults(`sweep-${name}`).curves.map(shown)]),
  );
}

/** The explorables in the order of the start page, each with the data that its page holds. */
export function explorables(): { explorable: Explorable; data?: unknown }[] {
  const data = sweeps();
  return [
    { explorable: law },
    { explorable: map },
    { explorable: sampleMean },
    { explorable: training(data), data },
  ];
}
