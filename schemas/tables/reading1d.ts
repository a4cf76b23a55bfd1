/** Days (UTC) merged from hours: the same columns. */
import { reading1h } from './reading1h.js';
import type { Table } from './table.js';

export const reading1d: Table = { ...reading1h, name: 'reading_1d' };
