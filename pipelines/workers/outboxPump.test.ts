/** Laws of a pump of outboxes at its end: what was committed last is said, and what cannot be said holds nobody up. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import type { OutboxRelay } from '#pipelines/commit/outboxRelay.js';
import { OutboxPump } from './outboxPump.js';
import type { WorkerLog } from './workerLog.js';

function pumpOf(drain: OutboxRelay['drain']): { pump: OutboxPump; closed: () => boolean; warned: string[] } {
  let closed = false;
  const warned: string[] = [];
  const note = (_: unknown, message: string): void => void warned.push(message);
  const log: WorkerLog = { info: note, warn: note, error: note };
  const relay: OutboxRelay = {
    drain,
    close: async () => {
      closed = true;
    },
  };
  return { pump: new OutboxPump(relay, log), closed: () => closed, warned };
}

test('what two tasks committed before the end is said before the relay is closed', async (t) => {
  const said: number[] = [];
  const { pump, closed } = pumpOf(async (task) => {
    await new Promise((resolve) => setImmediate(resolve));
    t.false(closed());
    return said.push(task);
  });
  pump.notify(1);
  pump.notify(2);
  await pump.close();
  t.deepEqual(said, [1, 2]);
  t.true(closed());
});

test('a task that another relay holds at the end is asked for until that one lets go', async (t) => {
  let asked = 0;
  const { pump, closed } = pumpOf(async () => (++asked < 4 ? 'taken' : 1));
  pump.notify(7);
  await pump.close();
  t.is(asked, 4);
  t.true(closed());
});

test('an outbox that cannot be said at the end is tried once more and left, and the others are said', async (t) => {
  const said: number[] = [];
  const { pump, closed, warned } = pumpOf(async (task) => {
    if (task === 1) throw new BalancinError('LOG_UNAVAILABLE', 'no broker');
    return said.push(task);
  });
  pump.notify(1);
  pump.notify(2);
  await pump.close();
  t.deepEqual(said, [2]);
  t.true(closed());
  t.regex(warned.at(-1) ?? '', /task 1 is left to the task's next owner/u);
});

test('a relay that never answers ends after a while', async (t) => {
  let first = true;
  const { pump, closed } = pumpOf(async () => {
    if (!first) return await new Promise<never>(() => undefined);
    first = false;
    return 'taken';
  });
  pump.notify(1);
  await new Promise((resolve) => setImmediate(resolve));
  await pump.close();
  t.true(closed());
});
