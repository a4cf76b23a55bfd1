/** A worker process of the fault suite: its settings are the first argument, every line it says is JSON. */
import { startSupervisor } from '#pipelines/workers/supervisor.js';
import type { PoolThreadData } from '#pipelines/workers/threadMessages.js';

const { thread, partitions, statusEveryMs } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly thread: PoolThreadData;
  readonly partitions: number;
  readonly statusEveryMs: number;
};

const say =
  (level: string) =>
  (fields: Record<string, unknown>, message: string): void =>
    void process.stdout.write(
      `${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`,
    );

const supervisor = startSupervisor({
  threads: 1,
  partitions,
  thread,
  restartBackoffMs: 100,
  restartBackoffMaxMs: 1_000,
  log: { info: say('info'), warn: say('warn'), error: say('error') },
});
if (statusEveryMs > 0)
  setInterval(() => {
    say('status')({ rssBytes: process.memoryUsage.rss(), threads: supervisor.status() }, 'status');
  }, statusEveryMs).unref();
process.on('SIGTERM', () => {
  void supervisor.stop().then(() => process.exit(0));
});
