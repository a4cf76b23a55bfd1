/** `balancin worker`: a pool of stream workers, with health and metrics. */
import type { Command } from '../command.js';

export const worker: Command = {
  name: 'worker',
  summary: 'run stream workers until stopped; start more processes to share the partitions (Kafka)',
  example: 'KAFKA_BROKERS=kafka:9092 DATABASE_URL=postgres://… balancin worker',
  options: [],
  async run({ config, terminal, signal }) {
    const { openCell, createCellTopics } = await import('#ops/cell/cell.js');
    const { refusalOf } = await import('#ops/cell/refusalOf.js');
    const { requireSafe } = await import('#ops/doctor/requireSafe.js');
    const { startWorkers } = await import('#ops/cell/startWorkers.js');
    const { startWorkersHttp } = await import('#ops/cell/startWorkersHttp.js');
    const { linesOf } = await import('#ops/telemetry/lines.js');
    const { createLogger } = await import('#ops/telemetry/logger.js');
    const { untilStopped } = await import('../untilStopped.js');
    const logger = createLogger(config.logLevel);
    const cell = await openCell({ config, lines: linesOf(logger), schema: 'check' });
    try {
      await createCellTopics(cell);
      await requireSafe(config, cell.databaseUrl, linesOf(logger));
      const supervisor = startWorkers(cell, linesOf(logger));
      const refused = refusalOf(supervisor);
      try {
        const http = await startWorkersHttp(cell, supervisor, logger);
        terminal.result({ httpUrl: http.url }, () => [`workers run; health and metrics at ${http.url}`]);
        await untilStopped(AbortSignal.any([signal, refused]));
        await http.close();
        refused.throwIfAborted();
      } finally {
        await supervisor.stop();
      }
    } finally {
      await cell.close();
    }
  },
};
