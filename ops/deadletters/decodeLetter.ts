/** What a dead letter's bytes say, as far as they can be read. */
import { BalancinError } from '#schemas/errors.js';
import { createDecoder } from '#pipelines/decode/decoder.js';
import { createRecordDecoder } from '#pipelines/records/recordDecoder.js';
import { SchemaCache } from '#pipelines/registry/schemaCache.js';
import type { SchemaRegistry } from '#pipelines/registry/schemaRegistry.js';

/** Of a series that many samples are shown. */
const samplesShownMax = 5;
const frameTopics = ['edge.telemetry.v1', 'edge.backfill.v1'];

export interface DecodedLetter {
  /** What was read, by name; null where nothing could be. */
  readonly content: Readonly<Record<string, unknown>> | null;
  /** Why it could not be read to the end. */
  readonly problem: string | null;
}

/** Throws REGISTRY_UNAVAILABLE. */
export async function decodeLetter(
  registry: SchemaRegistry,
  topic: string,
  value: Uint8Array | null,
): Promise<DecodedLetter> {
  const schemas = new SchemaCache(registry);
  const texts = { schemaText: (id: number) => schemas.lookup(id) };
  for (;;) {
    const found = frameTopics.includes(topic) ? decodeFrame(texts, value) : decodeRecord(texts, value);
    if (!('schemaId' in found)) return found;
    await schemas.load(found.schemaId);
    if (schemas.lookup(found.schemaId) === undefined)
      throw new BalancinError('REGISTRY_UNAVAILABLE', `schema ${found.schemaId} could not be asked for`);
  }
}

type Texts = Parameters<typeof createRecordDecoder>[0];
type Found = DecodedLetter | { readonly schemaId: number };

function decodeFrame(schemas: Texts, value: Uint8Array | null): Found {
  const decoder = createDecoder({ schemas });
  const outcome = decoder.decode(value);
  if (outcome !== 'decoded' && 'schemaId' in outcome) return { schemaId: outcome.schemaId };
  if (outcome !== 'decoded' && !outcome.identified) return { content: null, problem: outcome.detail };
  const { reading } = decoder;
  const { tenant, site, well, stream, epoch, seq, t0Ms, historical } = reading;
  const identity = { tenant, site, well, stream, epoch, seq, t0: sayTime(t0Ms), historical };
  if (outcome !== 'decoded') return { content: identity, problem: outcome.detail };
  const series = Array.from({ length: reading.seriesCount }, (_, s) => {
    const from = reading.starts[s] ?? 0;
    const to = reading.starts[s + 1] ?? from;
    const first = Array.from({ length: Math.min(samplesShownMax, to - from) }, (_, i) => ({
      at: sayTime(t0Ms + (reading.dtMs[from + i] ?? 0)),
      value: reading.values[from + i],
      quality: reading.quality[from + i],
    }));
    return { tag: reading.tags[s], samples: to - from, first };
  });
  return { content: { ...identity, series }, problem: null };
}

function decodeRecord(schemas: Texts, value: Uint8Array | null): Found {
  const outcome = createRecordDecoder(schemas).decode(value);
  if (outcome.kind === 'needs-schema') return { schemaId: outcome.schemaId };
  if (outcome.kind === 'rejected') return { content: null, problem: outcome.rejection.detail };
  return { content: { ...outcome.record }, problem: null };
}

function sayTime(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? `${ms} ms` : time.toISOString();
}
