/** `balancin up`: a whole cell in one process, on embedded parts where none are configured. */
import type { Command } from '../command.js';

export const up: Command = {
  name: 'up',
  summary: 'run a whole cell in one process: database, log, bridge, workers, jobs, HTTP',
  example: 'balancin up',
  options: [],
  async run({ config, terminal, signal }) {
    const { createCellTopics, openCell } = await import('#ops/cell/cell.js');
    const { startBridge } = await import('#ops/cell/startBridge.js');
    const { startCellJobs } = await import('#ops/cell/startCellJobs.js');
    const { startTrimmingLog } = await import('#ops/cell/trimLog.js');
    const { refusalOf } = await import('#ops/cell/refusalOf.js');
    const { requireSafe } = await import('#ops/doctor/requireSafe.js');
    const { startWorkers } = await import('#ops/cell/startWorkers.js');
    const { startWorkersHttp } = await import('#ops/cell/startWorkersHttp.js');
    const { linesOf } = await import('#ops/telemetry/lines.js');
    const { createLogger } = await import('#ops/telemetry/logger.js');
    const { shownPath } = await import('../shownPath.js');
    const { untilStopped } = await import('../untilStopped.js');
    const logger = createLogger(config.logLevel);
    const lines = linesOf(logger);
    const closers: (() => Promise<void>)[] = [];
    try {
      const cell = await openCell({ config, lines, schema: 'migrate', ownDatabase: true });
      closers.push(() => cell.close());
      await createCellTopics(cell);
      await requireSafe(config, cell.databaseUrl, lines);
      const supervisor = startWorkers(cell, lines);
      const refused = refusalOf(supervisor);
      closers.push(() => supervisor.stop());
      const bridge = await startBridge(cell, lines);
      closers.push(() => bridge.close());
      const jobs = await startCellJobs(cell, lines);
      closers.push(() => jobs.stop());
      const trimming = startTrimmingLog(cell, lines);
      closers.push(() => trimming.stop());
      const http = await startWorkersHttp(cell, supervisor, logger);
      closers.push(() => http.close());
      const mqttUrl = config.bridge.mqttUrl === null ? bridge.mqttUrl : null;
      const dataDir = cell.embedded ? config.dataDir : null;
      terminal.result({ mqttUrl, httpUrl: http.url, dataDir }, () => [
        `MQTT      ${mqttUrl ?? 'subscribed to the broker'}`,
        `HTTP      ${http.url}/health/ready, ${http.url}/metrics`,
        `data      ${dataDir === null ? 'in the database that is set' : shownPath(dataDir)}`,
        'Next: balancin tenant create --help. Ctrl-C stops.',
      ]);
      await untilStopped(AbortSignal.any([signal, refused]));
      refused.throwIfAborted();
    } finally {
      // The way in first, the database last.
      for (const closer of closers.reverse()) await closer();
    }
  },
};
