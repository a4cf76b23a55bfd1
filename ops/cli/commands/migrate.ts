/** `balancin migrate`: brings the database of the cell up to date and creates its topics. */
import type { Command } from '../command.js';

export const migrate: Command = {
  name: 'migrate',
  summary: 'bring the database up to date and create the topics',
  example: 'DATABASE_URL=postgres://… balancin migrate',
  options: [],
  async run({ config, terminal }) {
    const { migrateAllTenants, migrateControl } = await import('#pipelines/database/migrate.js');
    const { createCellTopics, openCell } = await import('#ops/cell/cell.js');
    const { silentLines } = await import('#ops/telemetry/lines.js');
    const cell = await openCell({ config, lines: silentLines, schema: 'none' });
    try {
      const control = await migrateControl(cell.databaseUrl);
      const tenants = await migrateAllTenants(cell.databaseUrl);
      await createCellTopics(cell);
      terminal.result({ control, tenants: Object.fromEntries(tenants) }, () => [
        control.length === 0 ? 'control schema: up to date' : `control schema: ${control.join(', ')}`,
        ...[...tenants].map(
          ([slug, done]) => `${slug}: ${done.length === 0 ? 'up to date' : done.join(', ')}`,
        ),
        'topics: there',
      ]);
    } finally {
      await cell.close();
    }
  },
};
