/** What a commit has to say to the outside, sent by the relay in order of (cycle, n) of a task. */
import { column, nullable, type Table } from './table.js';

export const outbox: Table = {
  name: 'outbox',
  scope: 'control',
  columns: [
    column('topology', 'text'),
    column('task', 'int4'),
    column('cycle', 'int8'),
    column('n', 'int4'),
    column('message_id', 'text'),
    column('topic', 'text'),
    column('key', 'text'),
    nullable('value', 'bytea'),
  ],
};
