/** Deletes records past their topic's retention, batch by batch. */
import type { LogConnection } from './logConnection.js';

const statement = 'SELECT balancin.log_trim($1, $2)';

/** Returns how many records were deleted. Each batch is a transaction: appends wait for one batch at most. */
export async function trimRecords(
  connection: LogConnection,
  { nowMs, recordsMax }: { readonly nowMs: number; readonly recordsMax: number },
): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await connection.rows(statement, [nowMs, recordsMax]);
    const removed = Number(row?.[0]);
    total += removed;
    if (removed < recordsMax) return total;
  }
}
