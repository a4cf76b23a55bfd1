/** Every mutant that the suite must find, or it finds nothing. */
import type { Mutation } from '../mutation.js';
import { compactionByRange } from './compactionByRange.js';
import { dedupeNotRestored } from './dedupeNotRestored.js';
import { deleteBeforeAck } from './deleteBeforeAck.js';
import { globalCursor } from './globalCursor.js';
import { memoryKept } from './memoryKept.js';
import { noFence } from './noFence.js';
import { nothingDropped } from './nothingDropped.js';
import { retryWithoutClaim } from './retryWithoutClaim.js';
import { offsetsFirst, rowsFirst } from './twoTransactions.js';
import { twoSnapshots } from './twoSnapshots.js';

export const mutants: readonly Mutation[] = [
  noFence,
  offsetsFirst,
  rowsFirst,
  retryWithoutClaim,
  memoryKept,
  twoSnapshots,
  compactionByRange,
  dedupeNotRestored,
  globalCursor,
  deleteBeforeAck,
  nothingDropped,
];
