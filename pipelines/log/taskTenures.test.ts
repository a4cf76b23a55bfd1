/** The life of a consumer's tasks, without a log. */
import test, { type ExecutionContext } from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { type ReadFrom, type StartReading, TaskTenures } from './taskTenures.js';

const away = () => new BalancinError('LOG_UNAVAILABLE', 'away');
const at = (next: number): ReadonlyMap<string, number> => new Map([['topic', next]]);

/** A task that is taken, with all that was asked of the log for it. */
function tenuresOf(
  t: ExecutionContext,
  start: (n: number, parts: { readonly from: ReadFrom; readonly isWanted: () => boolean }) => Promise<void>,
) {
  /** Of the claim that the owner holds. */
  const claim = { next: 100, arrivedMs: 5_000 };
  const asked: [next: number | undefined, arrivedMs: number][] = [];
  const startReading: StartReading = async (_, from, isWanted) => {
    asked.push([from.offsets.get('topic'), from.arrivedMs]);
    await start(asked.length, { from, isWanted });
  };
  const handlers = {
    assigned: async () => at(claim.next),
    arrivedUntilMs: () => claim.arrivedMs,
    revoked: async () => undefined,
    failed: (_: number, error: Error) => t.fail(error.message),
  };
  const tenures = new TaskTenures(handlers, startReading, () => undefined);
  return {
    tenures,
    asked,
    claim,
    /** The owner is set back, claims again and asks for another start. */
    claimAgain: (next: number, arrivedMs: number): void => {
      Object.assign(claim, { next, arrivedMs });
      tenures.restart(0, at(next));
    },
  };
}

test('a start that is tried again goes by what was known with its offsets', async (t) => {
  await new Promise<void>((resolve) => {
    const { tenures, asked, claim } = tenuresOf(t, async (n) => {
      if (n === 1) {
        claim.arrivedMs = 9_000;
        throw away();
      }
      t.deepEqual(asked, [
        [100, 5_000],
        [100, 5_000],
      ]);
      resolve();
    });
    tenures.take(0);
  });
});

test('a start that waits for the log is not tried again once another one is asked for', async (t) => {
  await new Promise<void>((resolve) => {
    const { tenures, asked, claimAgain } = tenuresOf(t, async (n) => {
      if (n === 1) {
        setImmediate(() => claimAgain(40, 2_000));
        throw away();
      }
      t.deepEqual(asked, [
        [100, 5_000],
        [40, 2_000],
      ]);
      resolve();
    });
    tenures.take(0);
  });
});

for (const [ends, how] of [
  ['is answered', async () => undefined],
  ['is refused', () => Promise.reject(new BalancinError('OFFSET_OUT_OF_RANGE', 'of the claim before'))],
] as const)
  test(`a start under way that ${ends} after another one was asked for delivers nothing and stops no task`, async (t) => {
    await new Promise<void>((resolve) => {
      const delivered: (number | undefined)[] = [];
      const { tenures, claimAgain } = tenuresOf(t, async (n, { from, isWanted }) => {
        if (n === 1) {
          t.true(isWanted());
          claimAgain(40, 2_000);
          claimAgain(30, 1_000);
          await how().finally(() => t.false(isWanted()));
        }
        if (isWanted()) delivered.push(from.offsets.get('topic'));
        if (n === 1) return;
        t.deepEqual(delivered, [30], 'of the starts that wait the last one alone');
        resolve();
      });
      tenures.take(0);
    });
  });
