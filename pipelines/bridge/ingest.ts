/** Takes one message of an authenticated site into the log. */
import { siteKey } from '#schemas/topics.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import type { AppendRecord } from '#pipelines/log/eventLog.js';
import { encodeWire, wireHeaderBytes } from '#pipelines/registry/wireFormat.js';
import { parseJsonFrame } from './jsonFrame.js';
import { type EdgeIdentity, type EdgeKind, edgeKinds } from './mqttTopic.js';
import { stampIdentity } from './stampIdentity.js';

/** Registered id of the value schema of each kind. */
export type SchemaIds = Readonly<Record<EdgeKind, number>>;

/** Header under which the bridge says why it passed a payload on as it came; the worker dead-letters it with that sentence. */
export const bridgeErrorHeader = 'balancin-bridge-error';

/** MQTT content type of Avro without the Confluent header. */
const bareAvroType = 'avro/binary';

/** JSON starts with a brace (white space before it is legal); Avro here starts with a string length, never with one of these. */
function isJson(payload: Uint8Array, contentType: string | undefined): boolean {
  if (contentType !== undefined) return /json/i.test(contentType);
  return payload[0] === 0x7b;
}

/**
 * The record to append for a message. A payload that makes no sense is appended as it came, with the reason in a header,
 * so that it is dead-lettered downstream with its place in the log and its original bytes: nothing that was sent is lost.
 * Payloads: JSON (`jsonFrame.ts`), Avro with the Confluent header (any registered writer schema), or bare Avro of v1.
 */
export function toRecord(
  schemaIds: SchemaIds,
  identity: EdgeIdentity,
  kind: EdgeKind,
  payload: Uint8Array,
  contentType: string | undefined,
): AppendRecord {
  const topic = edgeKinds[kind];
  const key = siteKey(identity.tenant, identity.site);
  const asItCame = (detail: string): AppendRecord => ({
    topic,
    key,
    value: payload,
    headers: { [bridgeErrorHeader]: Buffer.from(detail, 'utf8') },
  });

  if (isJson(payload, contentType)) {
    if (kind !== 'telemetry' && kind !== 'backfill')
      return asItCame(`${kind} is taken as Avro only; JSON is for telemetry and backfill`);
    const parsed = parseJsonFrame(Buffer.from(payload).toString('utf8'), identity);
    if (!parsed.ok) return asItCame(parsed.detail);
    return { topic, key, value: encodeWire(schemaIds[kind], encodeFrame(parsed.frame)) };
  }
  // Bare Avro whose tenant is left empty starts with the same zero byte: such a sender says what it sends.
  const framed = contentType !== bareAvroType && payload[0] === 0 && payload.length > wireHeaderBytes;
  const body = framed ? payload.subarray(wireHeaderBytes) : payload;
  const stamped = stampIdentity(body, identity.tenant, identity.site);
  if (stamped === null)
    return asItCame('the payload is neither JSON nor Avro that starts with tenant and site');
  const value = framed
    ? Buffer.concat([payload.subarray(0, wireHeaderBytes), stamped])
    : encodeWire(schemaIds[kind], stamped);
  return { topic, key, value };
}
