/** Records that sites keep (wells, production, tests, reserves, HSE), every version, append-only: readers take the greatest (hlc, site) of a record. */
import { column, nullable, type Table } from './table.js';

export const siteRecord: Table = {
  name: 'site_record',
  scope: 'tenant',
  columns: [
    column('kind', 'text'),
    column('record_id', 'text'),
    column('site', 'text'),
    column('hlc', 'int8'),
    column('tombstone', 'bool'),
    nullable('well_id', 'int4'),
    column('body', 'jsonb'),
    column('cycle', 'int8'),
  ],
};
