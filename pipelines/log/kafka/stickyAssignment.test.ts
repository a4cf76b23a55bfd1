/** How tasks are dealt out: whole, even, and moving as few as can be. */
import test from 'ava';
import * as fc from 'fast-check';
import { dealTasks, type Member } from './stickyAssignment.js';

function member(id: string, owned: readonly number[] = [], sinceMs = 1): Member {
  return { id, owned, sinceMs };
}

function plain(dealt: ReadonlyMap<string, readonly number[]>): Record<string, readonly number[]> {
  return Object.fromEntries(dealt);
}

const cases: readonly (readonly [string, readonly Member[], number, Record<string, readonly number[]>])[] = [
  ['one member has all', [member('a')], 3, { a: [0, 1, 2] }],
  ['nobody has nothing', [], 3, {}],
  [
    'more members than tasks leave some idle',
    [member('a'), member('b'), member('c')],
    2,
    { a: [0], b: [1], c: [] },
  ],
  [
    'a group that stays as it is keeps what it holds',
    [member('a', [1, 3]), member('b', [0, 2])],
    4,
    { a: [1, 3], b: [0, 2] },
  ],
  ['a newcomer takes only its share', [member('a', [0, 1, 2, 3]), member('b')], 4, { a: [0, 1], b: [2, 3] }],
  [
    'one that left leaves only its own tasks to the others',
    [member('a', [0, 1]), member('c', [4, 5])],
    6,
    { a: [0, 1, 2], c: [3, 4, 5] },
  ],
  [
    'the larger share stays with who holds it',
    [member('a', [0]), member('b', [1, 2])],
    3,
    { a: [0], b: [1, 2] },
  ],
  [
    'of two that hold a task, the later one does',
    [member('a', [0, 1], 5), member('b', [0, 1], 9)],
    2,
    { a: [1], b: [0] },
  ],
  ['what is no task any more is forgotten', [member('a', [-1, 0, 7])], 2, { a: [0, 1] }],
];

for (const [law, members, tasks, expected] of cases) {
  test(law, (t) => {
    t.deepEqual(plain(dealTasks(members, tasks)), expected);
  });
}

const group = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    owned: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }),
    sinceMs: fc.integer({ min: 0, max: 3 }),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 8 },
);

test('every task goes to exactly one member, shares differ by one at most', (t) => {
  const property = fc.property(group, fc.integer({ min: 0, max: 40 }), (members, tasks) => {
    const dealt = dealTasks(members, tasks);
    const all = [...dealt.values()].flat().sort((a, b) => a - b);
    const sizes = [...dealt.values()].map((own) => own.length);
    return (
      all.length === tasks &&
      all.every((task, i) => task === i) &&
      dealt.size === members.length &&
      Math.max(...sizes) - Math.min(...sizes) <= 1
    );
  });
  t.notThrows(() => {
    fc.assert(property, { numRuns: 300 });
  });
});

test('the order in which members are listed changes nothing, and dealing again moves nothing', (t) => {
  const property = fc.property(group, fc.integer({ min: 0, max: 40 }), (members, tasks) => {
    const dealt = dealTasks(members, tasks);
    const again = members.map(({ id }) => member(id, dealt.get(id), 7));
    const same = (other: ReadonlyMap<string, readonly number[]>) =>
      members.every(({ id }) => dealt.get(id)?.join() === other.get(id)?.join());
    return same(dealTasks(members.toReversed(), tasks)) && same(dealTasks(again, tasks));
  });
  t.notThrows(() => {
    fc.assert(property, { numRuns: 300 });
  });
});
