/** Dynamometer cards in: decoded, checked, their well looked up, one that came before told apart. */
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { PumpCard } from '#schemas/records/pumpCard.js';
import { isSiteKey } from '#pipelines/admit/isSiteKey.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import type { SchemaTexts } from '#pipelines/decode/decoder.js';
import type { Emit } from '#pipelines/operator.js';
import { createResolvingReader } from '#pipelines/registry/resolvingReader.js';
import type { ReadOutcome, Source } from '#pipelines/source.js';
import type { Tally } from '#pipelines/tally.js';
import { NewestCards } from './newestCards.js';

export interface CardReaderOptions {
  readonly schemas: SchemaTexts;
  readonly directory: WellDirectory;
  readonly tally: Tally;
}

/** Cards have 100 to 360 points; raw ones of a slow stroke at 100 Hz some thousands. */
export const cardPointsMax = 20_000;
/** As for frames: an edge clock this far ahead is wrong. */
const aheadMaxMs = 24 * 3_600_000;

/** What avsc makes of our schema. */
interface Decoded {
  readonly tenant: string;
  readonly site: string;
  readonly well: string;
  readonly takenAtMs: number;
  readonly historical: boolean;
  readonly kind: 'SURFACE' | 'DOWNHOLE';
  readonly positionM: readonly number[];
  readonly loadKn: readonly number[];
  readonly strokesPerMinute: number;
  readonly fillage: number | null;
}

let ownType: avro.Type | undefined;

/** Whether the curve makes a card is not asked here: what is none gets no opinion, and is no error of the record. */
export function createCardReader({ schemas, directory, tally }: CardReaderOptions): Source<PumpCard> {
  ownType ??= avro.Type.forSchema(JSON.parse(readSchema('edge.cards.v1')) as avro.Schema);
  const reader = createResolvingReader({ schemas, type: ownType, typeOptions: {}, what: 'a card' });
  const newest = new NewestCards();

  return {
    state: newest,
    read(record, asked, emit: Emit<PumpCard>): ReadOutcome {
      const outcome = reader.read(record.value);
      if (outcome.kind === 'needs-schema')
        return { kind: 'miss', miss: { kind: 'schema', schemaId: outcome.schemaId } };
      if (outcome.kind === 'rejected') {
        const { reason, detail } = outcome.rejection;
        return { kind: 'rejected', reason, detail, tenant: null, samples: 0 };
      }
      const card = outcome.value as Decoded;
      const { tenant, site, well, takenAtMs, positionM, loadKn } = card;
      const reject = (
        reason:
          | 'key-mismatch'
          | 'time-impossible'
          | 'length-mismatch'
          | 'frame-too-large'
          | 'unknown-tenant'
          | 'unknown-well',
        detail: string,
      ) => ({ kind: 'rejected', reason, detail, tenant, samples: 0 }) as const;
      if (!isSiteKey(record.key, tenant, site))
        return reject('key-mismatch', `the record's key is not ${tenant}/${site}`);
      if (positionM.length !== loadKn.length)
        return reject(
          'length-mismatch',
          `the card has ${positionM.length} positions and ${loadKn.length} loads`,
        );
      if (positionM.length > cardPointsMax)
        return reject('frame-too-large', `${positionM.length} points are more than ${cardPointsMax}`);
      if (!(takenAtMs >= 0 && takenAtMs <= record.timestampMs + aheadMaxMs))
        return reject(
          'time-impossible',
          `the stroke at ${takenAtMs} is more than a day ahead of its arrival`,
        );
      const found = directory.find(tenant, site, well);
      if (typeof found === 'string' && !asked)
        return { kind: 'miss', miss: { kind: 'directory', tenant, site, well, tags: [] } };
      if (found === 'unknown-tenant') return reject('unknown-tenant', `there is no tenant ${tenant}`);
      if (found === 'unknown-well')
        return reject('unknown-well', `tenant ${tenant} has no well ${well} at site ${site}`);
      const lane = card.historical ? 'backfill' : 'live';
      const place = card.kind === 'SURFACE' ? 'surface' : 'downhole';
      if (!newest.note(found.wellId, lane, place, takenAtMs)) {
        tally.frames.duplicate++;
        return { kind: 'duplicate' };
      }
      tally.siteRecords++;
      const fillage = card.fillage === null ? Number.NaN : card.fillage / 100;
      emit({
        well: found,
        lane,
        takenAtMs,
        place,
        positionM: Float64Array.from(positionM),
        loadKn: Float64Array.from(loadKn),
        strokesPerMinute: card.strokesPerMinute,
        fillage: fillage >= 0 && fillage <= 1.2 ? Math.min(1, fillage) : null,
      });
      return { kind: 'accepted' };
    },
  };
}
