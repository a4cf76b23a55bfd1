/** State of the operators, a row an operator and commit: a segment of changed keys, or a base of all. */
import { column, type Table } from './table.js';

export const operatorState: Table = {
  name: 'operator_state',
  scope: 'control',
  columns: [
    column('topology', 'text'),
    column('task', 'int4'),
    column('operator', 'text'),
    column('claim_epoch', 'int8'),
    column('commit_number', 'int8'),
    column('kind', 'text'),
    column('version', 'int4'),
    column('keys', 'int4'),
    column('bytes', 'bytea'),
  ],
};
