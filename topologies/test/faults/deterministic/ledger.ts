/** What has really been committed, as the database was told it, and what must hold after every message that changes a task. */
import type { Pool } from 'pg';
import { unpackState } from '#pipelines/commit/statePack.js';
import type { Claim, StateSegment, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';

/** A commit that stands: what was read for it, in which order, and by which clock it ended. */
export interface StandingCommit {
  readonly task: number;
  readonly epoch: number;
  readonly commitNumber: number;
  readonly clockMs: number;
  readonly records: readonly LogRecord[];
}

interface TaskRow {
  readonly task: number;
  readonly epoch: number;
  readonly commit_number: number;
  readonly clock_ms: number;
  readonly next_offsets: Readonly<Record<string, number>>;
  readonly frames: number;
  readonly rejected: number;
  readonly letters: number;
}

type States = ReadonlyMap<string, ReadonlyMap<number, Buffer>>;

// Named: planned once a connection.
const readOperator = {
  name: 'faults-operator',
  text: `SELECT operator, version, kind, keys, bytes FROM balancin.operator_state
         WHERE task = $1 AND operator = $2 ORDER BY claim_epoch, commit_number`,
};
const snapshot = {
  name: 'faults-snapshot',
  text: `
  SELECT t.task, t.epoch::float8, t.commit_number::float8, t.clock_ms::float8, t.next_offsets,
         coalesce(y.frames, 0) AS frames, coalesce(y.rejected, 0) AS rejected,
         (SELECT count(*)::float8 FROM balancin.dead_letter d WHERE d.partition = t.task) AS letters
  FROM balancin.task t
  LEFT JOIN (
    SELECT task, sum(total)::float8 AS frames, (sum(total) FILTER (WHERE name = 'rejected'))::float8 AS rejected
    FROM balancin.task_tally WHERE measure = 'frames' GROUP BY task
  ) y USING (task)
  ORDER BY t.task`,
};

export class Ledger {
  readonly #pool: Pool;
  /** Sent by somebody, by task, epoch and commit number. */
  readonly #sent = new Map<string, { commit: TaskCommit; records: readonly LogRecord[] }>();
  readonly #standing: StandingCommit[] = [];
  /** By task: the state after each commit. */
  readonly #states = new Map<number, States[]>();
  readonly #tasks = new Map<number, TaskRow>();
  readonly failures: string[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** In the order in which they came to stand. */
  get standing(): readonly StandingCommit[] {
    return this.#standing;
  }

  nextOffsets(task: number): Readonly<Record<string, number>> {
    return this.#tasks.get(task)?.next_offsets ?? {};
  }

  epoch(task: number): number {
    return this.#tasks.get(task)?.epoch ?? 0;
  }

  note(commit: TaskCommit, records: readonly LogRecord[]): void {
    const { claim, commitNumber } = commit;
    this.#sent.set(name(claim.task, claim.epoch, commitNumber), { commit, records });
  }

  /** `advance()` went through with these arguments. */
  stands(
    advanced: readonly { task: number; epoch: number; commit_number: number; clock_ms: number }[],
  ): void {
    for (const { task, epoch, commit_number: commitNumber, clock_ms: clockMs } of advanced) {
      const sent = this.#sent.get(name(task, epoch, commitNumber));
      if (sent === undefined) {
        this.failures.push(`commit ${commitNumber} of task ${task} stands, and nobody sent it`);
        continue;
      }
      this.#standing.push({ task, epoch, commitNumber, clockMs, records: sent.records });
      const states = this.#states.get(task) ?? [new Map()];
      this.#states.set(task, states);
      states[commitNumber] = statesAfter(states[commitNumber - 1] ?? new Map(), sent.commit.state);
    }
  }

  /** What a restore handed over must be the state of the commit that the claim found. */
  restored(claim: Claim, segments: readonly StateSegment[]): void {
    const { task, commitNumber } = claim;
    this.#compareState(task, commitNumber, segments, `restored at commit ${commitNumber}`);
  }

  /** A fold must leave the state of its operator what it was. */
  async checkState(task: number, operator: string): Promise<void> {
    const { rows } = await this.#pool.query<StateSegment>({ ...readOperator, values: [task, operator] });
    const last = (this.#states.get(task)?.length ?? 1) - 1;
    this.#compareState(task, last, rows, `folded after commit ${last}`, operator);
  }

  #compareState(
    task: number,
    commitNumber: number,
    segments: readonly StateSegment[],
    when: string,
    only?: string,
  ): void {
    const found = statesAfter(new Map(), segments);
    const expected = this.#states.get(task)?.[commitNumber] ?? new Map();
    for (const operator of only === undefined ? new Set([...found.keys(), ...expected.keys()]) : [only]) {
      const a = found.get(operator) ?? new Map<number, Buffer>();
      const b = expected.get(operator) ?? new Map<number, Buffer>();
      const differs = [...new Set([...a.keys(), ...b.keys()])].filter(
        (key) => a.get(key) === undefined || b.get(key)?.equals(a.get(key) as Buffer) !== true,
      );
      if (differs.length > 0)
        this.failures.push(`task ${task} ${when}: ${operator} is another for keys ${differs.join()}`);
    }
  }

  /** Nothing goes back, and every record below the next offsets has one outcome, its rows there with it. */
  async check(): Promise<void> {
    const { rows } = await this.#pool.query<TaskRow>(snapshot);
    for (const row of rows) {
      const before = this.#tasks.get(row.task);
      this.#tasks.set(row.task, row);
      const say = (what: string): void => void this.failures.push(`task ${row.task}: ${what}`);
      const read = Object.values(row.next_offsets).reduce((sum, next) => sum + next, 0);
      if (row.frames !== read) say(`${row.frames} frames counted, ${read} below the next offsets`);
      if (row.letters !== row.rejected)
        say(`${row.letters} dead letters, ${row.rejected} rejected frames counted`);
      if (before === undefined) continue;
      for (const field of ['epoch', 'commit_number', 'clock_ms'] as const)
        if (row[field] < before[field]) say(`${field} goes back from ${before[field]} to ${row[field]}`);
      for (const [topic, next] of Object.entries(before.next_offsets)) {
        const now = row.next_offsets[topic] ?? 0;
        if (now < next) say(`the next offset of ${topic} goes back from ${next} to ${now}`);
      }
    }
  }
}

function name(task: number, epoch: number, commitNumber: number): string {
  return `${task}/${epoch}/${commitNumber}`;
}

function statesAfter(before: States, segments: readonly StateSegment[]): States {
  const after = new Map(before);
  for (const { operator, kind, bytes } of segments) {
    const values = new Map(kind === 'base' ? [] : after.get(operator));
    after.set(operator, values);
    unpackState(bytes, (key, value) => {
      if (value === null) values.delete(key);
      else values.set(key, Buffer.from(value));
    });
  }
  return after;
}
