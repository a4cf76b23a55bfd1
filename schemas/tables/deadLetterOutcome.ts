/** What became of replayed dead letters, a row each. */
import { column, type Table } from './table.js';

export const deadLetterOutcome: Table = {
  name: 'dead_letter_outcome',
  scope: 'control',
  columns: [
    column('topic', 'text'),
    column('partition', 'int4'),
    column('record_offset', 'int8'),
    column('outcome', 'text'),
    column('cycle', 'int8'),
  ],
};
