/** A site record as the value of a log record. */
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { SiteRecordKind } from '#schemas/records/siteRecord.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';

export interface NewSiteRecord {
  readonly tenant: string;
  readonly site: string;
  readonly recordId: string;
  /** Unix ms × 1024 + counter. */
  readonly hlc: number;
  readonly tombstone: boolean;
  readonly kind: SiteRecordKind;
  /** Content, by the field names of the Avro schema. */
  readonly body: Readonly<Record<string, unknown>>;
}

const type = avro.Type.forSchema(JSON.parse(readSchema('edge.records.v1')) as avro.Schema, {
  wrapUnions: 'auto',
});

/** `schemaId`: of `edge.records.v1` in the registry. Throws where the body is not of its kind. */
export function encodeSiteRecord({ kind, body, ...record }: NewSiteRecord, schemaId: number): Uint8Array {
  return encodeWire(schemaId, type.toBuffer({ ...record, body: { [`balancin.edge.${kind}`]: body } }));
}
