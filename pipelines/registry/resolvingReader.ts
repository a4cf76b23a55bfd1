/** Reads values of one schema of ours, whatever version of it wrote them. */
import avro from 'avsc';
import type { SchemaTexts } from '#pipelines/decode/decoder.js';
import type { Rejection } from '#pipelines/decode/rejection.js';
import { payloadOf, schemaIdOf } from './wireFormat.js';

export type ResolvedValue =
  | { readonly kind: 'decoded'; readonly value: unknown }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'needs-schema'; readonly schemaId: number };

export interface ResolvingReaderOptions {
  readonly schemas: SchemaTexts;
  /** Ours: made once a thread, for it costs more than a restore of a small state. */
  readonly type: avro.Type;
  readonly typeOptions: Partial<avro.ForSchemaOptions>;
  /** What the values are, with their article: 'a site record'. */
  readonly what: string;
}

/** Resolvers kept; beyond it they are made anew. */
const resolversMax = 64;

function rejected(reason: Rejection['reason'], detail: string): ResolvedValue {
  return { kind: 'rejected', rejection: { reason, detail, identified: false } };
}

export function createResolvingReader({ schemas, type, typeOptions, what }: ResolvingReaderOptions): {
  read(value: Uint8Array | null): ResolvedValue;
} {
  const resolvers = new Map<number, avro.Resolver>();

  return {
    read(value) {
      const schemaId = value === null ? -1 : schemaIdOf(value);
      if (value === null || schemaId < 0)
        return rejected('wire-format', 'the record has no value in the wire format');
      let resolver = resolvers.get(schemaId);
      if (resolver === undefined) {
        const text = schemas.schemaText(schemaId);
        if (text === undefined) return { kind: 'needs-schema', schemaId };
        if (text === null) return rejected('unknown-schema', `the registry has no schema ${schemaId}`);
        try {
          // avsc keeps the types it met in the options it is given: each time its own.
          resolver = type.createResolver(
            avro.Type.forSchema(JSON.parse(text) as avro.Schema, { ...typeOptions }),
          );
        } catch (error) {
          return rejected(
            'unknown-schema',
            `schema ${schemaId} is not that of ${what}: ${(error as Error).message}`,
          );
        }
        if (resolvers.size >= resolversMax) resolvers.clear();
        resolvers.set(schemaId, resolver);
      }
      try {
        const payload = payloadOf(value);
        const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        return { kind: 'decoded', value: type.fromBuffer(bytes, resolver) };
      } catch (error) {
        return rejected('undecodable', error instanceof Error ? error.message : 'avsc cannot read it');
      }
    },
  };
}
