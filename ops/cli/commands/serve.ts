/** `balancin serve`: the HTTP side: health and metrics. */
import type { Command } from '../command.js';

export const serve: Command = {
  name: 'serve',
  summary: 'serve health and metrics over HTTP',
  example: 'BALANCIN_HTTP_PORT=8080 balancin serve',
  options: [],
  async run({ config, terminal, signal }) {
    const { openCell } = await import('#ops/cell/cell.js');
    const { readinessOf } = await import('#ops/cell/readiness.js');
    const { startHttp } = await import('#ops/http/server.js');
    const { linesOf } = await import('#ops/telemetry/lines.js');
    const { createLogger } = await import('#ops/telemetry/logger.js');
    const { createMetrics } = await import('#ops/telemetry/metrics.js');
    const { untilStopped } = await import('../untilStopped.js');
    const logger = createLogger(config.logLevel);
    const cell = await openCell({ config, lines: linesOf(logger), schema: 'check' });
    try {
      const http = await startHttp({
        ...config.http,
        metrics: createMetrics({ supervisor: null, pool: cell.pool }),
        readiness: readinessOf({ pool: cell.pool, supervisor: null, tasksWanted: null }),
        log: logger,
      });
      terminal.result({ httpUrl: http.url }, () => [`serving at ${http.url}`]);
      await untilStopped(signal);
      await http.close();
    } finally {
      await cell.close();
    }
  },
};
