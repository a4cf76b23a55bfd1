/** Watches in which order a worker's tasks read their records, cycle by cycle: what a run to compare with repeats. */
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { OpenTopology, TaskGraph } from '#pipelines/workers/topology.js';

export class ReadOrder {
  /** Of the graph opened last for each task: read in the cycle that fills, and in those that ended. */
  readonly #reads = new Map<number, { current: LogRecord[]; ended: LogRecord[] }>();

  /** The same topology, watched. */
  watch(open: OpenTopology): OpenTopology {
    return {
      openTask: (context) => {
        const graph = open.openTask(context);
        const reads = { current: [] as LogRecord[], ended: [] as LogRecord[] };
        this.#reads.set(context.task, reads);
        return {
          states: graph.states,
          watermarkMs: () => graph.watermarkMs(),
          read(record, asked): ReturnType<TaskGraph['read']> {
            const outcome = graph.read(record, asked);
            if (outcome.kind !== 'miss') reads.current.push(record);
            return outcome;
          },
          endCycle(clock): void {
            graph.endCycle(clock);
            reads.ended.push(...reads.current.splice(0));
          },
          dispose: () => graph.dispose(),
        };
      },
      dispose: () => open.dispose(),
    };
  }

  /** What the commit that is sent now was made of. */
  take(task: number): readonly LogRecord[] {
    return this.#reads.get(task)?.ended.splice(0) ?? [];
  }
}
