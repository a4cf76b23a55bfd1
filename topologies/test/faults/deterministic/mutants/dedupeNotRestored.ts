/** A restore that leaves out which frames were seen. */
import { committerOver } from '../committerOver.js';
import type { Mutation } from '../mutation.js';

/** Source of the topology that keeps them. */
const source = 'frames';

export const dedupeNotRestored: Mutation = {
  name: 'dedupe not restored',
  worker: () => ({
    committer: (real) =>
      committerOver(real, {
        restoreState: async (claim, restore) =>
          await real.restoreState(claim, (segment) => {
            if (segment.operator !== source) restore(segment);
          }),
      }),
  }),
};
