/** A task that was rolled back goes on with the memory it had: nothing is thrown away, nothing restored. */
import { Tally } from '#pipelines/tally.js';
import type { OpenTopology, TaskContext, TaskGraph } from '#pipelines/workers/topology.js';
import { committerOver } from '../committerOver.js';
import type { Mutation } from '../mutation.js';

interface Kept {
  readonly graph: TaskGraph;
  readonly tally: Tally;
  /** Whoever runs the graph now. */
  context: TaskContext;
}

export const memoryKept: Mutation = {
  name: 'memory kept after a rollback',
  worker() {
    const kept = new Map<number, Kept>();
    /** Tasks whose memory is of an earlier time: not to be restored. */
    const used = new Set<number>();
    return {
      open: (real) => ({
        openTask(context) {
          const known = kept.get(context.task);
          if (known === undefined) {
            const made = keepGraph(real, context);
            kept.set(context.task, made);
            return runBy(made);
          }
          used.add(context.task);
          known.context = context;
          return runBy(known);
        },
        dispose: () => real.dispose(),
      }),
      committer: (real) =>
        committerOver(real, {
          async restoreState(claim, restore) {
            await real.restoreState(claim, (segment) => {
              if (!used.has(claim.task)) restore(segment);
            });
          },
        }),
    };
  },
};

function keepGraph(real: OpenTopology, context: TaskContext): Kept {
  const tally = new Tally();
  const graph = real.openTask({
    ...context,
    tally,
    output: {
      windows: (batch) => made.context.output.windows(batch),
      row: (table, schema, values) => made.context.output.row(table, schema, values),
      message: (message) => made.context.output.message(message),
    },
  });
  const made: Kept = { graph, tally, context };
  return made;
}

function runBy(kept: Kept): TaskGraph {
  const count = (): void => {
    kept.context.tally.add(kept.tally);
    kept.tally.reset();
  };
  return {
    states: kept.graph.states,
    watermarkMs: () => kept.graph.watermarkMs(),
    read(record, asked) {
      const outcome = kept.graph.read(record, asked);
      count();
      return outcome;
    },
    endCycle(clock) {
      kept.graph.endCycle(clock);
      count();
    },
    dispose: () => undefined,
  };
}
