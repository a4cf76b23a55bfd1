/** What the models said, append-only. */
import { column, type Table } from './table.js';

export const score: Table = {
  name: 'score',
  scope: 'tenant',
  timeColumn: 'at',
  columns: [
    column('at', 'timestamptz'),
    column('well_id', 'int4'),
    column('historical', 'bool'),
    column('model', 'text'),
    column('version', 'text'),
    column('shadow', 'bool'),
    column('value', 'float8'),
    column('threshold', 'float8'),
    column('coverage', 'float4'),
    column('contributions', 'jsonb'),
    column('cycle', 'int8'),
  ],
};
