/** Looks at the tasks all the while: epochs, commit numbers, clocks and next offsets may only rise. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';

export interface TaskLook {
  readonly task: number;
  readonly epoch: number;
  readonly owner: string;
  readonly commitNumber: number;
  readonly clockMs: number;
  readonly nextOffsets: Readonly<Record<string, number>>;
}

export interface TaskWatch {
  /** One sentence each time something went back. */
  readonly wentBack: readonly string[];
  readonly looks: number;
  /** The latest look of each task. */
  readonly tasks: ReadonlyMap<number, TaskLook>;
  stop(): Promise<void>;
}

const lookEveryMs = 40;

/** `changed` is told of each look that differs from the one before. A database that is away is asked again. */
export function watchTasks(
  pool: Pool,
  topology: string,
  changed: (now: TaskLook, before: TaskLook | undefined) => void = () => undefined,
): TaskWatch {
  const tasks = new Map<number, TaskLook>();
  const wentBack: string[] = [];
  const stopping = new AbortController();
  let looks = 0;
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { rows } = await pool
        .query<TaskLook>(
          `SELECT task, epoch::float8, owner, commit_number::float8 AS "commitNumber", clock_ms::float8 AS "clockMs",
                  next_offsets AS "nextOffsets"
           FROM balancin.task WHERE topology = $1`,
          [topology],
        )
        .catch(() => ({ rows: [] as TaskLook[] }));
      looks++;
      for (const now of rows) {
        const before = tasks.get(now.task);
        if (before !== undefined) wentBack.push(...fallsOf(before, now));
        tasks.set(now.task, now);
        changed(now, before);
      }
      await sleep(lookEveryMs);
    }
  };
  const watched = watch();
  return {
    wentBack,
    tasks,
    get looks() {
      return looks;
    },
    async stop() {
      stopping.abort();
      await watched;
    },
  };
}

function fallsOf(before: TaskLook, now: TaskLook): string[] {
  const falls: string[] = [];
  for (const field of ['epoch', 'commitNumber', 'clockMs'] as const)
    if (now[field] < before[field])
      falls.push(`task ${now.task}: ${field} went back from ${before[field]} to ${now[field]}`);
  for (const [topic, offset] of Object.entries(before.nextOffsets))
    if ((now.nextOffsets[topic] ?? -1) < offset)
      falls.push(`task ${now.task}: ${topic} went back from ${offset} to ${now.nextOffsets[topic]}`);
  return falls;
}
