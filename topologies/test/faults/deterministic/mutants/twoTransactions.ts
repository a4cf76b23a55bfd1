/** Rows and offsets in two transactions, one after the other: either may be all that happens. */
import type { Mutation, SplitMessage } from '../mutation.js';

function splitFence(
  text: string,
): { rows: SplitMessage; offsets: (elsewhere: boolean) => SplitMessage } | null {
  const advance = /^SELECT balancin\.advance\(.*\)(?=; COMMIT$)/s.exec(text)?.[0];
  if (advance === undefined) return null;
  return {
    rows: { text: 'COMMIT', elsewhere: false },
    offsets: (elsewhere) => ({ text: advance, elsewhere }),
  };
}

export const offsetsFirst: Mutation = {
  name: 'offsets before rows in another transaction',
  split(text) {
    const fence = splitFence(text);
    return fence === null ? null : [fence.offsets(true), fence.rows];
  },
};

export const rowsFirst: Mutation = {
  name: 'rows before offsets in another transaction',
  split(text) {
    const fence = splitFence(text);
    return fence === null ? null : [fence.rows, fence.offsets(false)];
  },
};
