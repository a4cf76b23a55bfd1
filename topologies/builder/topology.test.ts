import test from 'ava';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { KeyedState, Operator } from '#pipelines/operator.js';
import type { Source } from '#pipelines/source.js';
import { Tally } from '#pipelines/tally.js';
import type { TaskContext, ThreadContext } from '#pipelines/workers/topology.js';
import { topology } from './topology.js';

const thread: ThreadContext = {
  directory: {
    find: () => 'unknown-tenant',
    tenant: () => undefined,
    tagId: () => -1,
    tagName: () => '',
    resolve: async () => {},
  },
  messages: {
    deadLetter: () => ({ messageId: '', topic: '', key: '', value: null }),
    score: () => ({ messageId: '', topic: '', key: '', value: null }),
    alert: () => ({ messageId: '', topic: '', key: '', value: null }),
  },
  schemas: { schemaText: () => undefined },
  options: { window: { allowedLatenessMs: 0, idleTimeoutMs: 1 } },
};

function taskContext(): TaskContext {
  const output = { windows: () => {}, row: () => {}, message: () => {} };
  return { ...thread, task: 0, tally: new Tally(), output };
}

function record(topic: string, value: string): LogRecord {
  return {
    topic,
    partition: 0,
    offset: 0,
    timestampMs: 0,
    key: null,
    value: Buffer.from(value),
    headers: null,
  };
}

const lengths = (): Source<number> => ({
  read(input, _fetched, emit) {
    emit(input.value?.length ?? 0);
    return { kind: 'accepted' };
  },
});

/** Adds up what it is given; says the sum at the end of a cycle. */
function summing(): Operator<number, string> & { state: KeyedState } {
  let sum = 0;
  return {
    name: 'sum',
    process(value) {
      sum += value;
    },
    endCycle(clock, emit) {
      emit(`${clock.nowMs}: ${sum}`);
    },
    state: {
      version: 3,
      drainChanges: (out) => out.put(1, Uint8Array.of(sum)),
      drainAll: (out) => out.put(1, Uint8Array.of(sum)),
      restore(_key, value) {
        sum = value[0] ?? 0;
      },
    },
  };
}

function settings(log: string[]) {
  return {
    id: 'sums',
    version: 1,
    prepare: async () => log,
    release: (lines: string[]) => {
      lines.push('released');
    },
  };
}

async function sums(log: string[]) {
  const builder = topology(settings(log));
  const sizes = builder.source('sizes', ['a', 'b'], lengths);
  sizes.via('sum', summing).to(
    'said',
    ({ resources }) =>
      (line) =>
        void resources.push(line),
  );
  sizes.to(
    'each',
    ({ resources }) =>
      (size) =>
        void resources.push(`size ${size}`),
  );
  return builder.build().open(thread);
}

test('a record runs through every branch in the order the nodes were added', async (t) => {
  const log: string[] = [];
  const graph = (await sums(log)).openTask(taskContext());
  t.deepEqual(graph.read(record('a', 'xyz'), false), { kind: 'accepted' });
  graph.read(record('b', 'q'), false);
  graph.endCycle({ nowMs: 7 });
  t.deepEqual(log, ['size 3', 'size 1', '7: 4']);
});

test('state is kept under the name of its node and restored into a fresh task', async (t) => {
  const log: string[] = [];
  const open = await sums(log);
  const first = open.openTask(taskContext());
  first.read(record('a', 'xyz'), false);
  const stored: [number, Uint8Array][] = [];
  const writer = {
    put: (key: number, value: Uint8Array) => void stored.push([key, value]),
    remove: () => {},
  };
  t.deepEqual([...first.states.keys()], ['sum']);
  first.states.get('sum')?.drainChanges(writer);
  t.deepEqual(stored, [[1, Uint8Array.of(3)]]);
  const second = open.openTask(taskContext());
  second.states.get('sum')?.restore(1, Uint8Array.of(3));
  second.endCycle({ nowMs: 0 });
  t.is(log.at(-1), '0: 3');
  open.dispose();
  t.is(log.at(-1), 'released');
});

test('a name or a topic that stands twice is refused', (t) => {
  const builder = topology(settings([]));
  const sizes = builder.source('sizes', ['a'], lengths);
  t.throws(() => sizes.via('sizes', summing), { message: /two nodes are named sizes/ });
  t.throws(() => builder.source('again', ['a'], lengths), { message: /a is read by two sources/ });
});

test('a wrong join does not compile', (t) => {
  const builder = topology(settings([]));
  const lines = builder.source('sizes', ['a'], lengths).via('sum', summing);
  // @ts-expect-error: strings flow here, the operator takes numbers
  lines.via('again', summing);
  // @ts-expect-error: strings flow here, the sink takes numbers
  lines.to('wrong', () => (value: number) => void value);
  t.deepEqual(builder.build().topics, ['a']);
});
