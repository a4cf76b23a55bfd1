/** Reads records of several partitions in one round trip, bounded in number and in bytes. */
import type { LogRecord } from '../eventLog.js';
import { unpackHeaders } from './headers.js';
import type { LogConnection } from './logConnection.js';
import { arrayText } from './packRecords.js';

export interface ReadRequest {
  readonly topicId: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly recordsMax: number;
}

// The running sum looks at lengths alone: values outside the row are not read to be measured. At least one record comes
// back, however large; the sum passes the limit by less than one record.
const statement = `SELECT place, record_offset::float8, timestamp_ms::float8, key, value, headers
  FROM (
    SELECT w.place, r.*, sum(r.bytes) OVER (ORDER BY w.place, r.record_offset) - r.bytes AS bytes_before
      FROM unnest($1::int[], $2::int[], $3::bigint[], $4::int[]) WITH ORDINALITY
           AS w(topic_id, partition, next_offset, records_max, place)
     CROSS JOIN LATERAL (
       SELECT l.record_offset, l.timestamp_ms, l.key, l.value, l.headers,
              coalesce(octet_length(l.key), 0) + coalesce(octet_length(l.value), 0) AS bytes
         FROM balancin.log_record l
        WHERE l.topic_id = w.topic_id AND l.partition = w.partition AND l.record_offset >= w.next_offset
        ORDER BY l.record_offset
        LIMIT w.records_max
     ) r
  ) bounded
 WHERE bytes_before < $5
 ORDER BY place, record_offset`;

/** Records of every request, in the order of the requests; later ones come back empty when the bytes are used up. */
export async function readRecords(
  connection: LogConnection,
  requests: readonly ReadRequest[],
  bytesMax: number,
): Promise<LogRecord[][]> {
  const rows = await connection.rows(statement, [
    arrayText(requests.map((r) => r.topicId)),
    arrayText(requests.map((r) => r.partition)),
    arrayText(requests.map((r) => r.offset)),
    arrayText(requests.map((r) => r.recordsMax)),
    bytesMax,
  ]);
  const found: LogRecord[][] = requests.map(() => []);
  for (const [place, offset, timestampMs, key, value, headers] of rows) {
    const index = Number(place) - 1;
    const request = requests[index];
    if (request === undefined) continue;
    found[index]?.push({
      topic: request.topic,
      partition: request.partition,
      offset: Number(offset),
      timestampMs: Number(timestampMs),
      key: bytesOrNull(key),
      value: bytesOrNull(value),
      headers: unpackHeaders(bytesOrNull(headers)),
    });
  }
  return found;
}

function bytesOrNull(cell: unknown): Buffer | null {
  return Buffer.isBuffer(cell) ? cell : null;
}
