/** Program: one process of stream workers as `balancin worker` runs it, which says to its parent how far it has come. */
import { BalancinError } from '#schemas/errors.js';
import type { ThreadCounts } from '#pipelines/workers/threadMessages.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import { openCell } from '#ops/cell/cell.js';
import { startWorkers } from '#ops/cell/startWorkers.js';
import { configSchema } from '#ops/config/config.js';

export interface Progress {
  readonly restarts: number;
  /** Of all threads, as committed. */
  readonly counts: readonly ThreadCounts[];
}

const everyMs = 50;

const lines: WorkerLog = {
  info: () => {},
  // Rebalances between two threads that start together are no news.
  warn: () => {},
  error: (fields, message) => console.error(message, JSON.stringify(fields)),
};

const [settings, judging] = process.argv.slice(2);
if (settings === undefined || process.send === undefined) {
  throw new BalancinError('USAGE', 'started by the bench of the engine alone');
}
const cell = await openCell({
  config: configSchema.parse(JSON.parse(settings)),
  lines,
  schema: 'check',
});
const supervisor =
  judging === 'unjudged'
    ? startWorkers(cell, lines, import.meta.resolve('./unjudged.js'))
    : startWorkers(cell, lines);

let said = '';
const timer = setInterval(() => {
  const status = supervisor.status();
  const progress: Progress = {
    restarts: status.reduce((sum, { restarts }) => sum + restarts, 0),
    counts: status.map(({ counts }) => counts),
  };
  const text = JSON.stringify(progress);
  if (text !== said) process.send?.(progress);
  said = text;
}, everyMs);

process.once('message', () => {
  clearInterval(timer);
  void supervisor
    .stop()
    .then(() => cell.close())
    .then(() => process.exit(0));
});
process.once('disconnect', () => process.exit(1));
