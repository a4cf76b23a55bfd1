/** From stored segments back into the operators of a task. */
import { BalancinError } from '#schemas/errors.js';
import type { KeyedState } from '../operator.js';
import { StateFold } from './stateFold.js';
import type { StateSegment } from './taskCommit.js';

/** Give every segment that `Committer.restoreState` hands over to `add`, then call `finish` once. */
export class StateRestore {
  readonly #states: ReadonlyMap<string, KeyedState>;
  readonly #folds = new Map<string, StateFold>();

  /** By operator name; the states are empty. */
  constructor(states: ReadonlyMap<string, KeyedState>) {
    this.#states = states;
  }

  /** Throws STATE_VERSION where the operator has another version (or is gone): refused, never guessed. */
  add(segment: StateSegment): void {
    const state = this.#states.get(segment.operator);
    if (state === undefined) {
      throw new BalancinError(
        'STATE_VERSION',
        `the database holds state of an operator named ${segment.operator} that this topology does not have`,
        { context: { operator: segment.operator } },
      );
    }
    if (state.version !== segment.version) {
      throw new BalancinError(
        'STATE_VERSION',
        `state of ${segment.operator} is stored as version ${segment.version}, this program reads version ${state.version}`,
        { context: { operator: segment.operator, stored: segment.version, expected: state.version } },
      );
    }
    let fold = this.#folds.get(segment.operator);
    if (fold === undefined) {
      fold = new StateFold();
      this.#folds.set(segment.operator, fold);
    }
    fold.add(segment);
  }

  /** Keys restored. */
  finish(): number {
    let keys = 0;
    for (const [operator, fold] of this.#folds) {
      const state = this.#states.get(operator);
      for (const [key, value] of fold.entries()) {
        state?.restore(key, value);
        keys++;
      }
    }
    this.#folds.clear();
    return keys;
  }
}
