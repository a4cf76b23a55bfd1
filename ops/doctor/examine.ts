/** Examines the installation, part by part; starts nothing. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import type { Config } from '#ops/config/config.js';
import { runningDatabase } from '#ops/cell/embeddedDatabase.js';
import { threadsOf } from '#ops/cell/threadsOf.js';
import { checkDatabase } from './checkDatabase.js';
import { checkDisk } from './checkDisk.js';
import { checkLog } from './checkLog.js';
import { checkModels } from './checkModels.js';
import { failed, type Finding, note, ok } from './checkUp.js';

async function checkFolder(dataDir: string): Promise<Finding[]> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK);
    return [ok('data folder', dataDir), await checkDisk(dataDir)];
  } catch {
    return [
      failed('data folder', `${dataDir} cannot be written`, 'set BALANCIN_DATA_DIR to a folder of yours'),
    ];
  }
}

export async function examine(config: Config): Promise<Finding[]> {
  const findings = [ok('node', process.version), ...(await checkFolder(config.dataDir))];
  const databaseUrl = config.databaseUrl ?? (await runningDatabase(config.dataDir));
  if (databaseUrl === null) {
    findings.push(
      note(
        'database',
        'none is set and the embedded one is not running',
        'set DATABASE_URL, or run `balancin up`',
      ),
    );
  } else {
    const use = { threads: threadsOf(config), embeddedLog: config.kafka.brokers.length === 0 };
    findings.push(...(await checkDatabase(databaseUrl, use)));
    findings.push(...(await checkLog(config, databaseUrl)));
  }
  findings.push(
    config.mail.smtpUrl === null
      ? note('mail', `no SMTP_URL: mails are written to ${config.dataDir}/mail`)
      : ok('mail', 'an SMTP server is set'),
  );
  findings.push(...(await checkModels()));
  return findings;
}
