/** How late what a task has read arrived. */
import test from 'ava';
import { TaskArrivals } from './taskArrivals.js';

test('a claim that knows no arrival knows one only when each topic it has read of has brought a record', (t) => {
  const nextOffsets = new Map([
    ['live', 100],
    ['backfill', 40],
    ['untouched', 0],
  ]);
  const arrivals = new TaskArrivals({ arrivedMs: 0, nextOffsets });
  arrivals.read('backfill', 1_000);
  arrivals.read('backfill', 1_001);
  t.is(arrivals.untilMs, 0, 'live may hold later ones below its next offset');
  arrivals.read('live', 9_000);
  t.is(arrivals.untilMs, 9_000);
  arrivals.read('backfill', 1_002);
  t.is(arrivals.untilMs, 9_000);
});

test('an arrival that is known, and one of a task that has read nothing, only grows', (t) => {
  const known = new TaskArrivals({ arrivedMs: 5_000, nextOffsets: new Map([['live', 100]]) });
  t.is(known.untilMs, 5_000);
  known.read('other', 4_000);
  t.is(known.untilMs, 5_000);
  const first = new TaskArrivals({ arrivedMs: 0, nextOffsets: new Map() });
  t.is(first.untilMs, 0);
  first.read('live', 3);
  first.read('backfill', 2);
  t.is(first.untilMs, 3);
});
