import test from 'ava';
import type { Topology } from '#pipelines/workers/topology.js';
import { planVersion, type RunVersion } from './planVersion.js';

const topology = (version: number, structure = 'source a < x; sink b < a', topics = ['x']): Topology => ({
  id: 'wells',
  version,
  structure,
  topics,
  open: () => Promise.reject(new Error('not opened')),
});
const ran = (version: number, more: Partial<RunVersion> = {}): RunVersion => {
  const { structure, topics } = topology(version);
  return { version, structure, topics, rolledBack: false, ...more };
};

const laws: readonly [string, Topology, readonly RunVersion[], string, number | null, RegExp][] = [
  ['the first version is added', topology(1), [], 'add', null, /first/],
  ['one that runs already changes nothing', topology(2), [ran(1), ran(2)], 'none', 1, /^$/],
  [
    'other nodes under a number that ran are refused, and named',
    topology(2, 'source a < x; sink c < a'),
    [ran(2)],
    'refused',
    null,
    /\+ sink c < a, - sink b < a.*raise/,
  ],
  [
    'a higher one says how it differs from the last',
    topology(3, 'source a < x; operator o < a; sink b < a'),
    [ran(1), ran(2)],
    'change',
    2,
    /after version 2: \+ operator o < a$/,
  ],
  ['a lower one is no deployment', topology(1), [ran(1), ran(2)], 'refused', 2, /rollback/],
  [
    'what was rolled back does not stand in the way of the one before it',
    topology(1),
    [ran(1), ran(2, { rolledBack: true })],
    'none',
    null,
    /^$/,
  ],
  [
    'what was rolled back may be deployed again',
    topology(2),
    [ran(1), ran(2, { rolledBack: true })],
    'change',
    1,
    /again/,
  ],
  ['more topics make no other topology', topology(2, 's', ['x', 'y']), [ran(1)], 'change', 1, /after/],
  ['fewer topics neither', topology(2, 's', ['x']), [ran(1, { topics: ['x', 'y'] })], 'change', 1, /after/],
  [
    'other topics do',
    topology(2, 's', ['y', 'z']),
    [ran(1, { topics: ['x', 'y'] })],
    'refused',
    1,
    /another id/,
  ],
];

for (const [law, program, versions, change, previousVersion, detail] of laws)
  test(law, (t) => {
    const plan = planVersion(program, versions);
    t.is(plan.change.change, change as typeof plan.change.change);
    t.is(plan.previousVersion, previousVersion);
    t.regex(plan.change.detail, detail);
  });
