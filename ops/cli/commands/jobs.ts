/** `balancin jobs`: what runs on a clock. */
import type { Command } from '../command.js';

export const jobs: Command = {
  name: 'jobs',
  summary: 'run what runs on a clock: rollups, partitions, retention, reports',
  example: 'SMTP_URL=smtps://user:…@mail:465 balancin jobs',
  options: [],
  async run({ config, terminal, signal }) {
    const { openCell } = await import('#ops/cell/cell.js');
    const { startCellJobs } = await import('#ops/cell/startCellJobs.js');
    const { linesOf } = await import('#ops/telemetry/lines.js');
    const { createLogger } = await import('#ops/telemetry/logger.js');
    const { untilStopped } = await import('../untilStopped.js');
    const lines = linesOf(createLogger(config.logLevel));
    const cell = await openCell({ config, lines, schema: 'check' });
    try {
      const running = await startCellJobs(cell, lines);
      terminal.result({ jobs: running.names }, () => [`jobs run: ${running.names.join(', ')}`]);
      await untilStopped(signal);
      await running.stop();
    } finally {
      await cell.close();
    }
  },
};
