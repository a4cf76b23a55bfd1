/** A topology that counts records, and whose task 1 kills its thread when it is restored. */
import type { TaskContext, TaskGraph, Topology } from '#pipelines/workers/topology.js';

function openTask({ task, tally }: TaskContext): TaskGraph {
  if (task === 1) process.exit(3);
  return {
    read() {
      tally.frames.written++;
      return { kind: 'accepted' };
    },
    endCycle: () => undefined,
    states: new Map(),
    watermarkMs: () => null,
    dispose: () => undefined,
  };
}

const deadlyRestore: Topology = {
  id: 'deadly',
  version: 1,
  structure: 'source words < edge.status.v1',
  topics: ['edge.status.v1'],
  open: async () => ({ openTask, dispose: () => undefined }),
};

export default deadlyRestore;
