/** Gives a tenant the tags of the catalogue, and their units where the catalogue has changed them. */
import { signals } from '#schemas/signals/catalogue.js';
import type { SqlClient } from './sqlClient.js';
import { quoteName } from './tenantNames.js';

export async function seedTags(client: SqlClient, schema: string): Promise<void> {
  await client.query(
    `INSERT INTO ${quoteName(schema)}.tag (tag, unit)
     SELECT tag, unit FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (tag, unit, place) ORDER BY place
     ON CONFLICT (tag) DO UPDATE SET unit = excluded.unit WHERE tag.unit IS DISTINCT FROM excluded.unit`,
    [signals.map((signal) => signal.tag), signals.map((signal) => signal.unit)],
  );
}
