/** Hours merged from minutes; mergeable further. A table that a job fills, or a continuous aggregate of the same columns. */
import { column, nullable, type Table } from './table.js';

export const reading1h: Table = {
  name: 'reading_1h',
  scope: 'tenant',
  timeColumn: 'bucket',
  columns: [
    column('bucket', 'timestamptz'),
    column('well_id', 'int4'),
    column('tag_id', 'int4'),
    column('samples', 'int8'),
    column('good', 'int8'),
    column('flags', 'int4'),
    column('sum', 'float8'),
    column('sum_squares', 'float8'),
    nullable('min', 'float4'),
    nullable('max', 'float4'),
    nullable('first', 'float4'),
    nullable('last', 'float4'),
    column('first_ms', 'int4'),
    column('last_ms', 'int4'),
  ],
};
