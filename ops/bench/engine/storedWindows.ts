/** What the engine has stored, its partials merged, read as it stands in the tables. */
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import { type FleetShape, numberIn, tenantOf } from './fleet.js';
import { WindowTable } from './windowTable.js';

/** Epoch in ms is exact in a float8; text gives back every float as it was. */
const columns =
  '(extract(epoch FROM bucket) * 1000)::bigint, well_id, tag_id, samples, good, sum, sum_squares, min, max';

export interface StoredWindows {
  readonly windows: WindowTable;
  readonly rows: number;
}

export async function readStored(databaseUrl: string, shape: FleetShape): Promise<StoredWindows> {
  const windows = new WindowTable(shape);
  let rows = 0;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tenants = new Set(Array.from({ length: shape.wells }, (_, well) => tenantOf(shape, well)));
    for (const tenant of tenants) {
      const schema = quoteName(tenantSchema(tenant));
      const wells = await numbersOf(client, `SELECT well_id AS id, name FROM ${schema}.well`);
      const tags = await numbersOf(client, `SELECT tag_id AS id, tag AS name FROM ${schema}.tag`);
      const stream = client.query(copyTo(`COPY (SELECT ${columns} FROM ${schema}.reading_1m) TO STDOUT`));
      let rest = '';
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        const lines = (rest + chunk.toString('latin1')).split('\n');
        rest = lines.pop() ?? '';
        rows += lines.length;
        for (const line of lines) add(windows, line, wells, tags);
      }
    }
  } finally {
    await client.end();
  }
  return { windows, rows };
}

async function numbersOf(client: Client, query: string): Promise<ReadonlyMap<number, number>> {
  const { rows } = await client.query<{ id: number; name: string }>(query);
  return new Map(rows.map(({ id, name }) => [id, numberIn(name)]));
}

function add(
  windows: WindowTable,
  line: string,
  wells: ReadonlyMap<number, number>,
  tags: ReadonlyMap<number, number>,
): void {
  const [time, well, tag, samples, good, sum, sumSquares, min, max] = line.split('\t');
  const at = windows.placeOf(wells.get(Number(well)) ?? -1, tags.get(Number(tag)) ?? -1, Number(time));
  windows.samples[at]! += Number(samples);
  windows.good[at]! += Number(good);
  if (Number(good) === 0) return;
  windows.sum[at]! += Number(sum);
  windows.sumSquares[at]! += Number(sumSquares);
  windows.min[at] = Math.min(windows.min[at]!, Number(min));
  windows.max[at] = Math.max(windows.max[at]!, Number(max));
}
