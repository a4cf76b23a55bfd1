/** Which message of which session is which point of a schedule. */
import type { SessionOptions } from '#pipelines/commit/session.js';
import type { Point } from './gates.js';

/** By the purpose of a session and what its message begins with. */
export const pointsOf: Readonly<Record<SessionOptions['purpose'], readonly (readonly [RegExp, Point])[]>> = {
  commit: [
    [/balancin\.advance|^COMMIT/, 'commit fence'],
    [/^ROLLBACK/, 'rollback'],
  ],
  control: [
    [/claim_task/, 'claim'],
    [/^BEGIN/, 'restore begin'],
    [/FROM balancin\.task/, 'restore task'],
    [/operator_state/, 'restore read'],
    [/^COMMIT/, 'restore end'],
    [/^ROLLBACK/, 'rollback'],
  ],
  compact: [
    [/fold_state/, 'fold write'],
    [/operator_state/, 'fold read'],
  ],
  relay: [
    [/pg_try_advisory_lock/, 'relay lock'],
    [/pg_advisory_unlock/, 'relay unlock'],
    [/^DELETE/, 'relay delete'],
    [/FROM balancin\.outbox/, 'relay read'],
  ],
  watch: [],
};

/** Steps of a commit that are no message with an answer of its own. */
export const copySteps: Readonly<Record<string, Point>> = {
  begin: 'commit begin',
  rows: 'commit rows',
  state: 'commit state',
  outbox: 'commit outbox',
};
