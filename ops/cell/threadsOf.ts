/** How many worker threads a process runs. */
import { availableParallelism } from 'node:os';
import type { Config } from '#ops/config/config.js';

/** Where none are set: a core a thread, one left to the database where it is on this machine too. */
export function threadsOf({ worker, cell, databaseUrl }: Config): number {
  const { threads } = worker;
  const wanted = threads > 0 ? threads : Math.max(1, availableParallelism() - (databaseUrl === null ? 1 : 0));
  return Math.min(wanted, cell.partitions);
}
