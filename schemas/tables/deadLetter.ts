/** Records that could not be used, with their bytes. */
import { column, nullable, type Table } from './table.js';

export const deadLetter: Table = {
  name: 'dead_letter',
  scope: 'control',
  columns: [
    column('topic', 'text'),
    column('partition', 'int4'),
    column('record_offset', 'int8'),
    column('arrived_at', 'timestamptz'),
    nullable('key', 'bytea'),
    nullable('value', 'bytea'),
    column('reason', 'text'),
    column('detail', 'text'),
    nullable('tenant', 'text'),
    column('cycle', 'int8'),
  ],
};
