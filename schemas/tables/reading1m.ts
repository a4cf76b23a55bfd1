/** Minute partials, append-only: several rows of one well, tag and bucket are merged by readers (`records/windowAggregate.ts`). */
import { column, nullable, type Table } from './table.js';

export const reading1m: Table = {
  name: 'reading_1m',
  scope: 'tenant',
  timeColumn: 'bucket',
  columns: [
    column('bucket', 'timestamptz'),
    column('well_id', 'int4'),
    column('tag_id', 'int4'),
    column('samples', 'int4'),
    column('good', 'int4'),
    column('flags', 'int4'),
    column('sum', 'float8'),
    column('sum_squares', 'float8'),
    nullable('min', 'float4'),
    nullable('max', 'float4'),
    nullable('first', 'float4'),
    nullable('last', 'float4'),
    column('first_ms', 'int4'),
    column('last_ms', 'int4'),
    column('cycle', 'int8'),
  ],
};
