/** Alerts, append-only: every change of one is a row of its id, with the next revision; readers take the greatest. */
import { column, nullable, type Table } from './table.js';

export const alert: Table = {
  name: 'alert',
  scope: 'tenant',
  timeColumn: 'start_at',
  columns: [
    column('start_at', 'timestamptz'),
    nullable('end_at', 'timestamptz'),
    column('changed_at', 'timestamptz'),
    column('alert_id', 'text'),
    column('revision', 'int4'),
    column('well_id', 'int4'),
    column('kind', 'text'),
    column('state', 'text'),
    column('priority', 'text'),
    column('severity', 'text'),
    column('announced', 'bool'),
    nullable('first_out_tag', 'text'),
    column('well_state', 'text'),
    nullable('deferred_oil_m3_per_day', 'float8'),
    column('confidence', 'text'),
    column('activations', 'int4'),
    column('chattering', 'bool'),
    column('standing', 'bool'),
    nullable('acknowledged_by', 'text'),
    nullable('feedback', 'text'),
    column('detail', 'jsonb'),
    column('cycle', 'int8'),
  ],
};
