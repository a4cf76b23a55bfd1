/** Avro site records to objects, whatever version of the schema wrote them. */
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { SiteRecordKind } from '#schemas/records/siteRecord.js';
import type { SchemaTexts } from '#pipelines/decode/decoder.js';
import type { Rejection } from '#pipelines/decode/rejection.js';
import { createResolvingReader } from '#pipelines/registry/resolvingReader.js';

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

let ownType: avro.Type | undefined;

const typeOptions = { wrapUnions: 'auto' } as const;

/** Made once a thread and not once a task: it costs more than a restore of a small state. */
function typeOfOurs(): avro.Type {
  ownType ??= avro.Type.forSchema(JSON.parse(readSchema('edge.records.v1')) as avro.Schema, {
    ...typeOptions,
  });
  return ownType;
}

export function createRecordDecoder(schemas: SchemaTexts): {
  decode(value: Uint8Array | null): RecordOutcome;
} {
  const reader = createResolvingReader({ schemas, type: typeOfOurs(), typeOptions, what: 'a site record' });

  return {
    decode(value) {
      const outcome = reader.read(value);
      if (outcome.kind !== 'decoded') return outcome;
      const wrapped = outcome.value as Wrapped;
      const [branch, body] = Object.entries(wrapped.body)[0] ?? [];
      if (branch === undefined || body === undefined) {
        const detail = 'the record has no body';
        return { kind: 'rejected', rejection: { reason: 'undecodable', detail, identified: false } };
      }
      const kind = branch.slice(branch.lastIndexOf('.') + 1) as SiteRecordKind;
      return { kind: 'decoded', record: { ...wrapped, kind, body } };
    },
  };
}
