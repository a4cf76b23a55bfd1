/** Metrics of the worker pool: read from the supervisor when they are asked for, the hot path knows nothing of them. */
import type { Registry } from 'prom-client';
import type { CommitTimes } from '#pipelines/commit/commitTimes.js';
import type { Supervisor, ThreadStatus } from '#pipelines/workers/supervisor.js';
import { type TaskLine, taskStates } from '#pipelines/workers/taskStatus.js';
import { registerMetric } from './registerMetric.js';

/** A commit a second is the rule; above a minute it is cut off. */
const commitBucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function addWorkerMetrics(registry: Registry, supervisor: Supervisor): void {
  const threads = (): ThreadStatus[] => supervisor.status();
  const tasks = (): TaskLine[] => threads().flatMap((thread) => thread.tasks);
  const total = (of: (thread: ThreadStatus) => number): number =>
    threads().reduce((sum, thread) => sum + of(thread), 0);
  const byTask = (name: string, help: string, of: (line: TaskLine) => number | null): void =>
    registerMetric(registry, { name, help, type: 'gauge', labels: ['task'] }, (add) => {
      for (const line of tasks()) {
        const value = of(line);
        if (value !== null) add({ task: String(line.task) }, value);
      }
    });
  const counter = (
    name: string,
    help: string,
    label: string | null,
    of: (counts: ThreadStatus['counts']) => Readonly<Record<string, number>> | number,
  ): void =>
    registerMetric(
      registry,
      { name, help, type: 'counter', labels: label === null ? [] : [label] },
      (add) => {
        for (const { counts } of threads()) {
          const value = of(counts);
          if (typeof value === 'number') add({}, value);
          else for (const [key, count] of Object.entries(value)) add({ [label ?? 'name']: key }, count);
        }
      },
    );

  byTask('balancin_lag_records', 'Records in the log not read yet, by task', (line) => line.lagRecords);
  byTask(
    'balancin_lag_seconds',
    'Age of the oldest record not read yet, at most, by task',
    (line) => line.lagMs / 1000,
  );
  byTask('balancin_watermark_seconds', 'Greatest watermark of the live wells of a task, Unix time', (line) =>
    line.watermarkMs === null ? null : line.watermarkMs / 1000,
  );
  byTask('balancin_state_bytes', 'Stored state of a task, as packed', (line) => line.stateBytes);
  byTask(
    'balancin_task_claims',
    'Claims of a task by its thread: more than one without a rebalance means that its memory was given up',
    (line) => line.claims,
  );
  registerMetric(
    registry,
    {
      name: 'balancin_task_state',
      help: 'Whether a task is in a state (1) or not (0)',
      type: 'gauge',
      labels: ['task', 'state'],
    },
    (add) => {
      for (const line of tasks())
        for (const state of taskStates) add({ task: String(line.task), state }, line.state === state ? 1 : 0);
    },
  );
  registerMetric(
    registry,
    { name: 'balancin_threads', help: 'Worker threads by state', type: 'gauge', labels: ['state'] },
    (add) => {
      for (const { state } of threads()) add({ state }, 1);
    },
  );
  registerMetric(
    registry,
    {
      name: 'balancin_thread_restarts_total',
      help: 'Times a worker thread died and was started again',
      type: 'counter',
      labels: [],
    },
    (add) =>
      add(
        {},
        total(({ restarts }) => restarts),
      ),
  );
  registerMetric(
    registry,
    { name: 'balancin_row_bytes', help: 'Rows encoded and not yet committed', type: 'gauge', labels: [] },
    (add) =>
      add(
        {},
        total(({ rowBytes }) => rowBytes),
      ),
  );
  registerMetric(
    registry,
    { name: 'balancin_held_bytes', help: 'Records held for tasks that wait', type: 'gauge', labels: [] },
    (add) =>
      add(
        {},
        total(({ heldBytes }) => heldBytes),
      ),
  );
  counter(
    'balancin_commits_total',
    'Commits of tasks since the process started',
    null,
    ({ commits }) => commits,
  );
  counter(
    'balancin_commit_outcomes_total',
    'Commits of tasks by what became of them',
    'outcome',
    ({ outcomes }) => outcomes,
  );
  counter('balancin_rows_total', 'Rows committed since the process started', null, ({ rows }) => rows);
  counter(
    'balancin_frames_total',
    'Frames by outcome since the process started',
    'outcome',
    ({ frames }) => frames,
  );
  counter(
    'balancin_samples_total',
    'Samples by outcome since the process started',
    'outcome',
    ({ samples }) => samples,
  );
  counter(
    'balancin_bad_samples_total',
    'Samples stored with a bad quality',
    null,
    ({ badSamples }) => badSamples,
  );
  counter(
    'balancin_rejected_frames_total',
    'Dead-lettered frames by reason',
    'reason',
    ({ rejectedFrames }) => rejectedFrames,
  );
  registerMetric(
    registry,
    {
      name: 'balancin_commit_duration_seconds',
      help: 'How long commits took',
      type: 'histogram',
      labels: ['le'],
    },
    (add) => {
      const times: Record<string, number> = {};
      for (const { counts } of threads())
        for (const [upperMs, count] of Object.entries(counts.commitTimes))
          times[upperMs] = (times[upperMs] ?? 0) + count;
      addHistogram(times, add);
    },
  );
}

/** Each step's upper end decides its bucket: a commit shows at most a fifth slower than it was. */
function addHistogram(
  times: CommitTimes,
  add: (labels: Record<string, string>, value: number, suffix?: string) => void,
): void {
  const steps = Object.entries(times).map(([upperMs, count]) => ({ seconds: Number(upperMs) / 1000, count }));
  for (const le of commitBucketsSeconds)
    add(
      { le: String(le) },
      steps.reduce((sum, step) => sum + (step.seconds <= le ? step.count : 0), 0),
      '_bucket',
    );
  const count = steps.reduce((sum, step) => sum + step.count, 0);
  add({ le: '+Inf' }, count, '_bucket');
  add(
    {},
    steps.reduce((sum, step) => sum + step.seconds * step.count, 0),
    '_sum',
  );
  add({}, count, '_count');
}
