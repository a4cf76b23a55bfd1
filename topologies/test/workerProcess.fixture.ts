/** A worker process to be killed: reads its settings from the first argument, runs until it is stopped. */
import { startSupervisor } from '#pipelines/workers/supervisor.js';
import type { PoolThreadData } from '#pipelines/workers/threadMessages.js';

const { thread, partitions, threads } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly thread: PoolThreadData;
  readonly partitions: number;
  readonly threads: number;
};
const say = (_fields: Record<string, unknown>, message: string): void =>
  void process.stdout.write(`${message}\n`);
const supervisor = startSupervisor({
  threads,
  partitions,
  thread,
  restartBackoffMs: 100,
  restartBackoffMaxMs: 1_000,
  log: { info: say, warn: say, error: say },
});
process.on('SIGTERM', () => {
  void supervisor.stop().then(() => process.exit(0));
});
