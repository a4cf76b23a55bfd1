/** Refuses to start workers on servers that would lose what they acknowledge. */
import { BalancinError } from '#schemas/errors.js';
import { withClient } from '#pipelines/database/pool.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { Config } from '#ops/config/config.js';
import { threadsOf } from '#ops/cell/threadsOf.js';
import { checkLog } from './checkLog.js';
import type { Finding } from './checkUp.js';
import { judgeDatabase } from './judgeDatabase.js';
import { readDatabase } from './readDatabase.js';

/** Throws INCOMPATIBLE, naming all that must be mended, unless `allowUnsafeServers` is set; says the rest in the log. */
export async function requireSafe(config: Config, databaseUrl: string, lines: WorkerLog): Promise<void> {
  const facts = await withClient({ databaseUrl, name: 'balancin start' }, readDatabase);
  const use = { threads: threadsOf(config), embeddedLog: config.kafka.brokers.length === 0 };
  const findings: Finding[] = [...judgeDatabase(facts, use), ...(await checkLog(config, databaseUrl))];
  for (const { part, health, says, remedy } of findings)
    if (health === 'warning') lines.warn({ part, remedy }, `${part}: ${says}`);
  const failures = findings.filter(({ health }) => health === 'failed');
  if (failures.length === 0) return;
  const all = failures.map(({ part, says, remedy }) => `${part} ${says} (${remedy})`).join('; ');
  if (!config.allowUnsafeServers)
    throw new BalancinError(
      'INCOMPATIBLE',
      `data would be lost here: ${all}; BALANCIN_ALLOW_UNSAFE=true starts all the same`,
    );
  lines.warn({}, `started on servers that may lose data: ${all}`);
}
