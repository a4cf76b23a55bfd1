/** A restore that reads each page of state as of another moment. */
import type { Mutation } from '../mutation.js';

export const twoSnapshots: Mutation = {
  name: 'restore over two snapshots',
  split: (text) =>
    text.startsWith('BEGIN ISOLATION LEVEL REPEATABLE READ')
      ? [{ text: 'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY', elsewhere: false }]
      : null,
};
