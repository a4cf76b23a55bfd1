/** How the parts speak through the process's logger. */
import type { Logger } from 'pino';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';

export function linesOf(logger: Logger): WorkerLog {
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

/** For commands that print a result and nothing else. */
export const silentLines: WorkerLog = { info: () => {}, warn: () => {}, error: () => {} };
