/** Avro site records to objects, whatever version of the schema wrote them. */
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { SiteRecordKind } from '#schemas/records/siteRecord.js';
import type { SchemaTexts } from '#pipelines/decode/decoder.js';
import type { Rejection } from '#pipelines/decode/rejection.js';
import { payloadOf, schemaIdOf } from '#pipelines/registry/wireFormat.js';

/** What avsc makes of our schema. */
export interface DecodedRecord {
  readonly tenant: string;
  readonly site: string;
  readonly recordId: string;
  readonly hlc: number;
  readonly tombstone: boolean;
  readonly kind: SiteRecordKind;
  readonly body: Readonly<Record<string, unknown>>;
}

export type RecordOutcome =
  | { readonly kind: 'decoded'; readonly record: DecodedRecord }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'needs-schema'; readonly schemaId: number };

interface Wrapped {
  readonly tenant: string;
  readonly site: string;
  readonly recordId: string;
  readonly hlc: number;
  readonly tombstone: boolean;
  readonly body: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Resolvers kept; beyond it they are made anew. */
const resolversMax = 64;

function rejected(reason: Rejection['reason'], detail: string): RecordOutcome {
  return { kind: 'rejected', rejection: { reason, detail, identified: false } };
}

let ownType: avro.Type | undefined;

/** Made once a thread and not once a task: it costs more than a restore of a small state. */
function typeOfOurs(): avro.Type {
  ownType ??= avro.Type.forSchema(JSON.parse(readSchema('edge.records.v1')) as avro.Schema, {
    wrapUnions: 'auto',
  });
  return ownType;
}

export function createRecordDecoder(schemas: SchemaTexts): {
  decode(value: Uint8Array | null): RecordOutcome;
} {
  const reader = typeOfOurs();
  const resolvers = new Map<number, avro.Resolver>();

  return {
    decode(value) {
      const schemaId = value === null ? -1 : schemaIdOf(value);
      if (value === null || schemaId < 0)
        return rejected('wire-format', 'the record has no value in the wire format');
      let resolver = resolvers.get(schemaId);
      if (resolver === undefined) {
        const text = schemas.schemaText(schemaId);
        if (text === undefined) return { kind: 'needs-schema', schemaId };
        if (text === null) return rejected('unknown-schema', `the registry has no schema ${schemaId}`);
        try {
          const writer = avro.Type.forSchema(JSON.parse(text) as avro.Schema, { wrapUnions: 'auto' });
          resolver = reader.createResolver(writer);
        } catch (error) {
          return rejected(
            'unknown-schema',
            `schema ${schemaId} is not that of a site record: ${(error as Error).message}`,
          );
        }
        if (resolvers.size >= resolversMax) resolvers.clear();
        resolvers.set(schemaId, resolver);
      }
      try {
        const payload = payloadOf(value);
        const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        const wrapped = reader.fromBuffer(bytes, resolver) as Wrapped;
        const [branch, body] = Object.entries(wrapped.body)[0] ?? [];
        if (branch === undefined || body === undefined)
          return rejected('undecodable', 'the record has no body');
        const kind = branch.slice(branch.lastIndexOf('.') + 1) as SiteRecordKind;
        return { kind: 'decoded', record: { ...wrapped, kind, body } };
      } catch (error) {
        return rejected('undecodable', error instanceof Error ? error.message : 'avsc cannot read it');
      }
    },
  };
}
