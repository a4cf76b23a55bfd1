/** Appends packed records in one transaction of one round trip. */
import type { LogConnection } from './logConnection.js';
import type { PackedRecords } from './packRecords.js';

const statement = `SELECT slot, base_offset::float8
  FROM balancin.log_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
 ORDER BY slot`;

/** Offset of every record, in their order. */
export async function appendRecords(connection: LogConnection, packed: PackedRecords): Promise<number[]> {
  const rows = await connection.rows(statement, packed.values);
  const bases = rows.map((row) => Number(row[1]));
  return packed.slotOf.map((slot, i) => (bases[slot] ?? NaN) + (packed.rankOf[i] ?? NaN));
}
