/** Looks at the tasks all the while: epochs, commit numbers, clocks and next offsets may only rise, and the sums of what went in and what came of it close. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { conservation } from '#pipelines/conservation/conservation.js';

export interface TaskLook {
  readonly task: number;
  readonly epoch: number;
  readonly owner: string;
  readonly commitNumber: number;
  readonly clockMs: number;
  readonly nextOffsets: Readonly<Record<string, number>>;
}

export interface TaskWatch {
  /** One sentence each time something went back, or a sum did not close. */
  readonly broken: readonly string[];
  readonly looks: number;
  /** Snapshots in which the sums of every task were looked at. */
  readonly sums: number;
  /** The latest look of each task. */
  readonly tasks: ReadonlyMap<number, TaskLook>;
  stop(): Promise<void>;
}

const lookEveryMs = 40;
const sumEveryMs = 400;
const brokenMax = 20;

/** `changed` is told of each look that differs from the one before. A database that is away is asked again. */
export function watchTasks(
  pool: Pool,
  topology: string,
  changed: (now: TaskLook, before: TaskLook | undefined) => void = () => undefined,
): TaskWatch {
  const tasks = new Map<number, TaskLook>();
  const broken: string[] = [];
  const stopping = new AbortController();
  let looks = 0;
  let sums = 0;
  const sum = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const found = await sumsOf(pool).catch(() => null);
      if (found !== null) sums++;
      if (found !== null && broken.length < brokenMax) broken.push(...found);
      await sleep(sumEveryMs);
    }
  };
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
        if (before !== undefined) broken.push(...fallsOf(before, now));
        tasks.set(now.task, now);
        changed(now, before);
      }
      await sleep(lookEveryMs);
    }
  };
  const watched = Promise.all([watch(), sum()]);
  return {
    broken,
    tasks,
    get sums() {
      return sums;
    },
    get looks() {
      return looks;
    },
    async stop() {
      stopping.abort();
      await watched;
    },
  };
}

/** In one snapshot: offsets, outcomes, dead letters, minutes and open windows of every task. */
async function sumsOf(pool: Pool): Promise<string[]> {
  const client = await pool.connect();
  let lost: Error | undefined;
  const noteLost = (error: Error): void => {
    lost = error;
  };
  client.on('error', noteLost);
  try {
    const balances = await conservation(client, { samples: true });
    return balances
      .filter(({ difference }) => difference !== 0)
      .map((balance) => `the sums do not close: ${JSON.stringify(balance)}`);
  } catch (error) {
    lost ??= error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.off('error', noteLost);
    client.release(lost);
  }
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
