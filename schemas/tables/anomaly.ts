/** Findings of the detectors, append-only: an opened one and its closing are two rows of one id; readers take the latest. */
import { column, nullable, type Table } from './table.js';

export const anomaly: Table = {
  name: 'anomaly',
  scope: 'tenant',
  timeColumn: 'start_at',
  columns: [
    column('start_at', 'timestamptz'),
    nullable('end_at', 'timestamptz'),
    column('anomaly_id', 'text'),
    column('well_id', 'int4'),
    nullable('tag', 'text'),
    column('historical', 'bool'),
    column('detector', 'text'),
    column('kind', 'text'),
    column('severity', 'text'),
    column('score', 'float8'),
    nullable('expected', 'float8'),
    nullable('actual', 'float8'),
    nullable('unit', 'text'),
    column('text_key', 'text'),
    nullable('contributions', 'jsonb'),
    column('cycle', 'int8'),
  ],
};
