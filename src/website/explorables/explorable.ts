import type { Figure } from '../../charts/figure';
import type { Controls, Values } from './controls';

/** What an explorable shows for the values of its controls. */
export interface Answer {
  /** The finding in numbers. */
  sentence: string;
  figures: readonly Figure[];
}

/** A page on which one moves controls and the library computes the answer. */
export interface Explorable<C extends Controls = Controls> {
  /** Its file, without the ending. */
  name: string;
  title: string;
  /** What it answers, in a sentence. */
  about: string;
  /** What to look for. */
  lookFor: string;
  controls: C;
  /** Answers within 50 ms. */
  answer(values: Values<C>): Answer;
  /**
   * Goes on, for some milliseconds, with what `answer` left out to be quick.
   * @returns whether there is more to do
   */
  goOn?(values: Values<C>): boolean;
}

/** An explorable, whose controls decide the types of the values it gets. */
export function defineExplorable<const C extends Controls>(explorable: Explorable<C>): Explorable<C> {
  return explorable;
}
