/** Prometheus metrics of one process. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Supervisor, ThreadStatus } from '#pipelines/workers/supervisor.js';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

function sum(threads: readonly ThreadStatus[], of: (thread: ThreadStatus) => number): number {
  return threads.reduce((total, thread) => total + of(thread), 0);
}

/** Counters of the worker pool are read when they are asked for: the hot path knows nothing of them. */
export function createMetrics(supervisor: Supervisor | null): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  if (supervisor !== null) {
    const gauge = (
      name: string,
      help: string,
      labelNames: string[],
      collect: (gauge: Gauge) => void,
    ): void => {
      const made: Gauge = new Gauge({
        name,
        help,
        labelNames,
        registers: [registry],
        collect: () => {
          made.reset();
          collect(made);
        },
      });
    };
    gauge('balancin_lag_records', 'Records in the log not read yet, by task', ['task'], (made) => {
      for (const thread of supervisor.status())
        for (const { task, lagRecords } of thread.tasks) made.set({ task: String(task) }, lagRecords);
    });
    gauge('balancin_threads', 'Worker threads by state', ['state'], (made) => {
      for (const { state } of supervisor.status()) made.inc({ state });
    });
    gauge('balancin_thread_restarts_total', 'Times a worker thread died and was started again', [], (made) =>
      made.set(sum(supervisor.status(), ({ restarts }) => restarts)),
    );
    gauge('balancin_commits_total', 'Commits of tasks since the process started', [], (made) =>
      made.set(sum(supervisor.status(), ({ counts }) => counts.commits)),
    );
    gauge('balancin_rows_total', 'Rows committed since the process started', [], (made) =>
      made.set(sum(supervisor.status(), ({ counts }) => counts.rows)),
    );
    gauge('balancin_frames_total', 'Frames by outcome since the process started', ['outcome'], (made) => {
      for (const { counts } of supervisor.status())
        for (const [outcome, frames] of Object.entries(counts.frames)) made.inc({ outcome }, frames);
    });
    gauge('balancin_samples_total', 'Samples by outcome since the process started', ['outcome'], (made) => {
      for (const { counts } of supervisor.status())
        for (const [outcome, samples] of Object.entries(counts.samples)) made.inc({ outcome }, samples);
    });
    gauge('balancin_rejected_frames_total', 'Dead-lettered frames by reason', ['reason'], (made) => {
      for (const { counts } of supervisor.status())
        for (const [reason, frames] of Object.entries(counts.rejectedFrames)) made.inc({ reason }, frames);
    });
  }
  return { contentType: registry.contentType, text: () => registry.metrics() };
}
