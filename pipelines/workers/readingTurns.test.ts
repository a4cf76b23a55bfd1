/** Laws of who may read, over the threads of a process: simulated here by several turns over one memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createTurnMemory, ReadingTurns } from './readingTurns.js';

const never = new AbortController().signal;

function threads(count: number): [ReadingTurns, ReadingTurns, ReadingTurns] {
  const memory = createTurnMemory(count);
  const [a, b, c] = Array.from({ length: count }, (_, thread) => new ReadingTurns(memory, thread));
  return [a, b, c] as [ReadingTurns, ReadingTurns, ReadingTurns];
}

test('threads read beside each other; one that reads alone waits for them and keeps them out', async (t) => {
  const [a, b, c] = threads(3);
  t.true(a.tryEnter());
  t.true(b.tryEnter());
  const seen: string[] = [];
  const alone = c.alone(never, async () => {
    seen.push('alone');
    t.false(a.tryEnter());
    await sleep(10);
    seen.push('done');
  });
  await sleep(10);
  t.deepEqual(seen, []);
  a.leave();
  b.leave();
  const entered = a.enter().then(() => seen.push('a again'));
  await alone;
  await entered;
  t.deepEqual(seen, ['alone', 'done', 'a again']);
});

test('of two that want to be alone one is first', async (t) => {
  const [a, b] = threads(3);
  let inside = 0;
  const work = async (): Promise<void> => {
    t.is(++inside, 1);
    await sleep(5);
    inside--;
  };
  await Promise.all([a.alone(never, work), b.alone(never, work), a.alone(never, work)]);
});

test('what a dead thread held is free once it is cleared', async (t) => {
  const [a, b, c] = threads(3);
  t.true(a.tryEnter());
  const death = new AbortController();
  const dying = b.alone(death.signal, async () => t.fail('it died while it waited'));
  await sleep(10);
  t.false(c.tryEnter());
  a.clear();
  b.clear();
  t.true(c.tryEnter());
  death.abort();
  await dying;
});

test('a stop ends the wait, and nothing is done then', async (t) => {
  const [a, b] = threads(3);
  t.true(a.tryEnter());
  const stop = new AbortController();
  const waiting = b.alone(stop.signal, async () => t.fail('the other reads'));
  await sleep(10);
  stop.abort();
  await waiting;
  t.true(b.tryEnter(), 'its own turn is given back');
});
