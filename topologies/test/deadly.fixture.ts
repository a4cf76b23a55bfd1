/** A topology that counts records, and does what their bytes say: `exit`, `kill`, `memory`, `throw later`, `cycle`. */
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { ReadOutcome } from '#pipelines/source.js';
import type { TaskContext, TaskGraph, Topology } from '#pipelines/workers/topology.js';

function obey(word: string): void {
  if (word === 'exit') process.exit(3);
  if (word === 'kill') process.kill(process.pid, 'SIGKILL');
  if (word === 'throw') throw new Error('told to throw');
  if (word === 'memory') {
    const kept: number[][] = [];
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => i));
  }
}

function openTask({ tally }: TaskContext): TaskGraph {
  let throwsAtEnd = false;
  return {
    read(record: LogRecord): ReadOutcome {
      const word = Buffer.from(record.value ?? []).toString();
      obey(word);
      throwsAtEnd ||= word === 'cycle';
      tally.frames.written++;
      return { kind: 'accepted' };
    },
    endCycle() {
      if (throwsAtEnd) throw new Error('told to throw at the end of a cycle');
    },
    states: new Map(),
    watermarkMs: () => null,
    dispose: () => undefined,
  };
}

const deadly: Topology = {
  id: 'deadly',
  version: 1,
  structure: 'source words < edge.status.v1',
  topics: ['edge.status.v1'],
  open: async () => ({ openTask, dispose: () => undefined }),
};

export default deadly;
