/** What the trends of cards said of the tenant's rod pumps, append-only. */
import { column, type Table } from './table.js';

export const rodPumpRisk: Table = {
  name: 'rod_pump_risk',
  scope: 'tenant',
  timeColumn: 'at',
  columns: [
    column('at', 'timestamptz'),
    column('well_id', 'int4'),
    column('historical', 'bool'),
    column('model', 'text'),
    column('version', 'text'),
    column('risk', 'float8'),
    column('threshold', 'float8'),
    column('alert', 'bool'),
    column('mode', 'text'),
    column('coverage', 'float4'),
    column('detail', 'jsonb'),
    column('cycle', 'int8'),
  ],
};
