/** Writes frames again as an edge with a newer schema would. */
import avro from 'avsc';
import type { FrameSchema } from '../truth/encodeTraffic.js';
import type { TrafficRecord } from '../truth/traffic.js';

/** Records that cannot be read are left as they are. `to` adds fields with defaults to `from`. */
export function frameRewriter(from: FrameSchema, to: FrameSchema): (record: TrafficRecord) => TrafficRecord {
  const reader = avro.Type.forSchema(JSON.parse(from.text) as avro.Schema);
  const writer = avro.Type.forSchema(JSON.parse(to.text) as avro.Schema);
  const header = Buffer.alloc(5);
  header.writeInt32BE(to.id, 1);
  return (record) => {
    const bytes = Buffer.from(record.value);
    if (bytes.length < 5 || bytes[0] !== 0 || bytes.readInt32BE(1) !== from.id) return record;
    try {
      const frame = reader.fromBuffer(bytes.subarray(5)) as object;
      return { ...record, value: Buffer.concat([header, writer.toBuffer({ ...frame, gateway: 'gw-1' })]) };
    } catch {
      return record;
    }
  };
}
