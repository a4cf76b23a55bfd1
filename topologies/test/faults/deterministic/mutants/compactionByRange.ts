/** A fold removes every segment from the first that it read up to now, not exactly those that it read. */
import type { Mutation } from '../mutation.js';
import { changeFunction } from './changeFunction.js';

export const compactionByRange: Mutation = {
  name: 'compaction by range',
  async database(pool) {
    await changeFunction(pool, 'fold_state', {
      place: /AND s\.claim_epoch = r\.claim_epoch AND s\.commit_number = r\.commit_number/,
      by: 'AND (s.claim_epoch, s.commit_number) >= (read_epochs[1], read_commits[1])',
    });
    await changeFunction(pool, 'fold_state', { place: /removed <> last/, by: 'removed < last' });
  },
};
