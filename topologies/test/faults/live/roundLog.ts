/** What happened in a round, in order, with its times: kept in a file where the round failed. */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';

export interface RoundLog {
  readonly folder: string;
  say(line: string): void;
  /** For the workers. */
  readonly worker: WorkerLog;
  close(options: { readonly keep: boolean }): Promise<void>;
}

export async function openRoundLog(runFolder: string, name: string): Promise<RoundLog> {
  const folder = join(runFolder, name);
  await mkdir(folder, { recursive: true });
  const file = createWriteStream(join(folder, 'round.log'));
  const startMs = performance.now();
  const say = (line: string): void => {
    file.write(`${((performance.now() - startMs) / 1000).toFixed(3).padStart(8)} ${line}\n`);
  };
  const worker =
    (level: string) =>
    (fields: Record<string, unknown>, message: string): void => {
      say(`  ${level} ${message} ${JSON.stringify(fields)}`);
    };
  return {
    folder,
    say,
    worker: { info: worker('info'), warn: worker('warn'), error: worker('error') },
    async close({ keep }) {
      await new Promise<void>((resolve) => {
        file.end(() => resolve());
      });
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}
