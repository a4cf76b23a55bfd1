/** Keeps the embedded log within its retention, for as long as a process of the cell runs it. */
import { createEmbeddedLog } from '#pipelines/log/embedded/embeddedLog.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { Cell } from './cell.js';

const everyMs = 10 * 60_000;
const recordsMax = 5_000;

/** Does nothing for Kafka, which keeps its own. Returns how to stop. */
export function startTrimmingLog(cell: Cell, lines: WorkerLog): { stop(): Promise<void> } {
  if (cell.config.kafka.brokers.length > 0) return { stop: async () => {} };
  const log = createEmbeddedLog({ databaseUrl: cell.databaseUrl });
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = log.trim({ nowMs: Date.now(), recordsMax }).catch((err: unknown) => {
      lines.warn({ err }, 'the embedded log could not be trimmed; tried again later');
    });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await log.close();
    },
  };
}
