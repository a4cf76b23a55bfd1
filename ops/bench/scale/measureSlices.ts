/** Runs a fleet's live traffic through the topology in this process, slice by slice of time, a commit of all tasks a slice. */
import { BalancinError } from '#schemas/errors.js';
import { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { createCommitter } from '#pipelines/commit/committer.js';
import { packChanges, StatePacker } from '#pipelines/commit/statePack.js';
import type { Claim, TaskCommit } from '#pipelines/commit/taskCommit.js';
import { createPool } from '#pipelines/database/pool.js';
import { createWellDirectory } from '#pipelines/database/wellDirectory.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import { partitionOf } from '#pipelines/log/partitioner.js';
import { createMessageEncoder } from '#pipelines/messages/messageEncoder.js';
import { createTableRegistry } from '#pipelines/registry/tableRegistry.js';
import { SchemaCache } from '#pipelines/registry/schemaCache.js';
import { Tally } from '#pipelines/tally.js';
import { CycleRows } from '#pipelines/workers/cycleRows.js';
import type { TaskGraph } from '#pipelines/workers/topology.js';
import topology from '#topologies/wells.js';
import { openScaleCell } from './scaleCell.js';
import { type Fleet, frameMaker, keyOf, minuteMs } from './scaleFleet.js';

export interface SliceOptions {
  readonly fleet: Fleet;
  readonly partitions: number;
  readonly slices: number;
  /** Slices that do not count: until windows close as fast as they open. */
  readonly warmUp: number;
  readonly sliceMs: number;
  readonly durable: boolean;
}

/** Of the slices that count, but `rowsStored`. */
export interface SliceFigures {
  readonly samples: number;
  readonly commits: number;
  readonly rows: number;
  readonly tables: number;
  readonly workerCpuS: number;
  readonly databaseCpuS: number;
  readonly commitP50Ms: number;
  readonly commitP99Ms: number;
  /** Since the beginning. */
  readonly rowsStored: number;
}

const topic = 'edge.telemetry.v1';

interface Task {
  readonly task: number;
  readonly claim: Claim;
  readonly graph: TaskGraph;
  readonly output: CycleRows;
  readonly tally: Tally;
  offset: number;
  committed: number;
  commitNumber: number;
}

export async function measureSlices(options: SliceOptions): Promise<SliceFigures> {
  const { fleet, partitions, sliceMs } = options;
  const cell = await openScaleCell({ fleet, partitions, log: 'none', durable: options.durable });
  const pool = createPool({ databaseUrl: cell.databaseUrl, name: 'bench directory', connectionsMax: 2 });
  const directory = createWellDirectory(pool);
  const registry = createTableRegistry({ databaseUrl: cell.databaseUrl });
  const chunks = new ChunkPool();
  const committer = createCommitter({ databaseUrl: cell.databaseUrl, owner: 'bench', pool: chunks });
  const packer = new StatePacker();
  const schemas = new SchemaCache(registry);
  try {
    await schemas.load(cell.schemaId);
    await directory.readAll();
    const thread = {
      directory,
      messages: await createMessageEncoder(registry, ''),
      schemas: { schemaText: (id: number) => schemas.lookup(id) },
      options: { window: { allowedLatenessMs: 5 * minuteMs, idleTimeoutMs: 2 * minuteMs } },
    };
    const open = await topology.open(thread);
    const tasks: Task[] = [];
    for (let task = 0; task < partitions; task++) {
      const claim = await committer.claim(topology.id, task, [topic]);
      const [output, tally] = [new CycleRows(task, chunks), new Tally()];
      output.begin(1);
      const graph = open.openTask({ ...thread, task, tally, output });
      tasks.push({ task, claim, graph, output, tally, offset: 0, committed: 0, commitNumber: 0 });
    }
    const placeOf = Array.from({ length: fleet.wells }, (_, well) => {
      const key = keyOf(fleet, well);
      return { key: Buffer.from(key), task: tasks[partitionOf(key, partitions)] as Task };
    });
    const make = frameMaker(fleet, cell.schemaId);
    const slicesPerMinute = minuteMs / sliceMs;
    // An hour ago, so that no frame is of the future whatever the bench's own speed.
    const startMs = (Math.floor(Date.now() / minuteMs) - 60) * minuteMs;
    const figures = { samples: 0, commits: 0, rows: 0, tables: 0, workerCpuS: 0 };
    const timesMs: number[] = [];
    let databaseBefore = 0;
    for (let slice = 0; slice < options.slices; slice++) {
      if (slice === options.warmUp) databaseBefore = (await cell.cpu()).database;
      const minute = Math.floor(slice / slicesPerMinute);
      const arrivalMs = startMs + (slice + 1) * sliceMs + minuteMs;
      const records: { task: Task; record: LogRecord }[] = [];
      // A well's turn comes once a minute, at its own second; the frame tells of the minute before.
      for (let well = slice % slicesPerMinute; well < fleet.wells; well += slicesPerMinute) {
        const { key, task } = placeOf[well]!;
        const value = make(well, minute, startMs + minute * minuteMs);
        const record = {
          topic,
          partition: task.task,
          offset: task.offset++,
          timestampMs: arrivalMs,
          key,
          value,
        };
        records.push({ task, record: { ...record, headers: null } });
      }
      const before = process.cpuUsage();
      for (const { task, record } of records) {
        const outcome = task.graph.read(record, true);
        if (outcome.kind !== 'accepted')
          throw new BalancinError('BUG', `a frame was ${JSON.stringify(outcome)}`);
      }
      const commits: TaskCommit[] = tasks
        .filter((task) => task.offset > task.committed)
        .map((task) => endCycle(task, arrivalMs, packer));
      const rows = commits.reduce((sum, c) => sum + c.rows.reduce((n, part) => n + part.rows, 0), 0);
      const tables = new Set(
        commits.flatMap((c) => c.rows.map((part) => `${part.schema}.${part.table.name}`)),
      ).size;
      const sentMs = performance.now();
      const outcomes = await committer.commit(commits);
      const tookMs = performance.now() - sentMs;
      if ([...outcomes.values()].some((outcome) => outcome !== 'committed')) {
        throw new BalancinError('BUG', `a commit came out as ${[...outcomes.values()].join()}`);
      }
      if (slice < options.warmUp) continue;
      const { user, system } = process.cpuUsage(before);
      timesMs.push(tookMs);
      figures.samples += records.length * fleet.tags * fleet.samples;
      figures.commits++;
      figures.rows += rows;
      figures.tables += tables;
      figures.workerCpuS += (user + system) / 1e6;
    }
    const databaseCpuS = (await cell.cpu()).database - databaseBefore;
    for (const { graph, output } of tasks) {
      graph.dispose();
      output.discard();
    }
    open.dispose();
    timesMs.sort((a, b) => a - b);
    const at = (q: number): number =>
      timesMs[Math.min(timesMs.length - 1, Math.floor(timesMs.length * q))] ?? 0;
    let rowsStored = 0;
    for (let tenant = 0; tenant < fleet.tenants; tenant++) {
      const [row] = await cell.ask(`SELECT count(*)::int AS n FROM t_x${tenant}.reading_1m`);
      rowsStored += Number(row?.['n'] ?? 0);
    }
    return { ...figures, databaseCpuS, commitP50Ms: at(0.5), commitP99Ms: at(0.99), rowsStored };
  } finally {
    await committer.close();
    await directory.close();
    await registry.close();
    await pool.end();
    await cell.stop();
  }
}

function endCycle(task: Task, clockMs: number, packer: StatePacker): TaskCommit {
  task.graph.endCycle({ nowMs: clockMs });
  const commitNumber = task.commitNumber + 1;
  const { rows, outbox } = task.output.take();
  const tally = new Tally();
  tally.add(task.tally);
  task.tally.reset();
  const state = [...task.graph.states]
    .map(([name, state]) => packChanges({ name, state }, packer))
    .filter((segment) => segment !== null);
  const expectedOffsets = new Map(task.commitNumber === 0 ? [] : [[topic, task.committed]]);
  task.committed = task.offset;
  task.commitNumber = commitNumber;
  task.output.begin(commitNumber + 1);
  const nextOffsets = new Map([[topic, task.offset]]);
  return {
    claim: task.claim,
    commitNumber,
    expectedOffsets,
    nextOffsets,
    clockMs,
    arrivedMs: clockMs,
    rows,
    state,
    outbox,
    tally,
  };
}
