/** Changes a function of the control schema in one place: for mutants of what the database decides. */
import type { Pool } from 'pg';

/** Throws where that place is no longer there: the mutant must then be made anew. */
export async function changeFunction(
  pool: Pool,
  name: string,
  change: { readonly place: RegExp; readonly by: string },
): Promise<void> {
  const { rows } = await pool.query<{ text: string }>('SELECT pg_get_functiondef($1::regproc) AS text', [
    `balancin.${name}`,
  ]);
  const text = rows[0]?.text ?? '';
  if (!change.place.test(text)) throw new Error(`balancin.${name} has no ${change.place} to change`);
  await pool.query(text.replace(change.place, change.by));
}
