/** Measured or allocated production of a well and day, append-only: readers take the greatest (hlc, site) of a well and day. */
import { column, nullable, type Table } from './table.js';

export const dailyProduction: Table = {
  name: 'daily_production',
  scope: 'tenant',
  columns: [
    column('day', 'date'),
    column('well_id', 'int4'),
    column('hlc', 'int8'),
    nullable('oil_m3', 'float8'),
    nullable('gas_sm3', 'float8'),
    nullable('water_m3', 'float8'),
    nullable('on_hours', 'float4'),
    column('method', 'text'),
    column('cycle', 'int8'),
  ],
};
