/** Site records in: decoded, checked, their well looked up. Sending one twice is harmless: readers take the greatest version. */
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import { isSiteKey } from '#pipelines/admit/isSiteKey.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import type { SchemaTexts } from '#pipelines/decode/decoder.js';
import type { ReadOutcome, Source } from '#pipelines/source.js';
import type { Tally } from '#pipelines/tally.js';
import { createRecordDecoder, type DecodedRecord } from './recordDecoder.js';

export interface RecordReaderOptions {
  readonly schemas: SchemaTexts;
  readonly directory: WellDirectory;
  readonly tally: Tally;
}

/** A version from further ahead than this would win over every honest one. */
const hlcAheadMaxMs = 24 * 3_600_000;
const hlcPerMs = 1024;

export function createRecordReader({ schemas, directory, tally }: RecordReaderOptions): Source<SiteRecord> {
  const decoder = createRecordDecoder(schemas);

  return {
    read(record, asked, emit): ReadOutcome {
      const outcome = decoder.decode(record.value);
      if (outcome.kind === 'needs-schema')
        return { kind: 'miss', miss: { kind: 'schema', schemaId: outcome.schemaId } };
      if (outcome.kind === 'rejected') {
        const { reason, detail } = outcome.rejection;
        return { kind: 'rejected', reason, detail, tenant: null, samples: 0 };
      }
      const decoded = outcome.record;
      const reject = (
        reason: 'key-mismatch' | 'time-impossible' | 'unknown-tenant' | 'unknown-well',
        detail: string,
      ) => ({ kind: 'rejected', reason, detail, tenant: decoded.tenant, samples: 0 }) as const;
      if (!isSiteKey(record.key, decoded.tenant, decoded.site))
        return reject('key-mismatch', `the record's key is not ${decoded.tenant}/${decoded.site}`);
      if (decoded.hlc < 0 || decoded.hlc / hlcPerMs > record.timestampMs + hlcAheadMaxMs)
        return reject(
          'time-impossible',
          `the record's clock ${decoded.hlc} is more than a day ahead of its arrival`,
        );
      const well = wellOf(decoded);
      const found = directory.find(decoded.tenant, decoded.site, well ?? '');
      if (typeof found === 'string' && !asked) {
        const { tenant, site } = decoded;
        return { kind: 'miss', miss: { kind: 'directory', tenant, site, well: well ?? '', tags: [] } };
      }
      if (found === 'unknown-tenant') return reject('unknown-tenant', `there is no tenant ${decoded.tenant}`);
      if (found === 'unknown-well' && well !== null && decoded.kind !== 'WellMaster')
        return reject('unknown-well', `tenant ${decoded.tenant} has no well ${well} at site ${decoded.site}`);
      const tenant = typeof found === 'string' ? directory.tenant(decoded.tenant) : found.tenant;
      if (tenant === undefined) return reject('unknown-tenant', `there is no tenant ${decoded.tenant}`);
      tally.siteRecords++;
      emit({ ...decoded, tenant, wellId: typeof found === 'string' ? null : found.wellId });
      return { kind: 'accepted' };
    },
  };
}

function wellOf({ body }: DecodedRecord): string | null {
  const { well } = body;
  return typeof well === 'string' ? well : null;
}
