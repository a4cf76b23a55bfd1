/** The life of a consumer's tasks, without a log. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { type ReadFrom, TaskTenures } from './taskTenures.js';

test('a start that is tried again goes by what was known with its offsets, also where a rewind was claimed meanwhile', async (t) => {
  /** Of the claim that the owner holds. */
  let claim = { next: 100, arrivedMs: 5_000 };
  const starts: ReadFrom[] = [];
  const done = new Promise<void>((resolve) => {
    const tenures = new TaskTenures(
      {
        assigned: async () => new Map([['topic', claim.next]]),
        arrivedUntilMs: () => claim.arrivedMs,
        revoked: async () => undefined,
        failed: (_, error) => t.fail(error.message),
      },
      async (task, from) => {
        starts.push(from);
        if (starts.length === 1) {
          // The log is away for a moment; the owner is set back, claims again and asks for another start.
          claim = { next: 40, arrivedMs: 2_000 };
          tenures.restart(task, new Map([['topic', claim.next]]));
          throw new BalancinError('LOG_UNAVAILABLE', 'away');
        }
        if (starts.length === 3) resolve();
      },
      () => undefined,
    );
    tenures.take(0);
  });
  await done;
  t.deepEqual(
    starts.map(({ offsets, arrivedMs }) => [offsets.get('topic'), arrivedMs]),
    [
      [100, 5_000],
      [100, 5_000],
      [40, 2_000],
    ],
  );
});
