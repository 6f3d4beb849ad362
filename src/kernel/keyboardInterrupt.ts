/** Why an interrupted cell's signal is aborted, and what its awaits and loops throw. */
export class KeyboardInterrupt extends Error {
  override readonly name = 'KeyboardInterrupt';
  constructor() {
    super('the cell was interrupted');
  }
}
