/** Window batches from plain numbers: for tests and benches of the operators that read them. */
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { allocateWindowBatch, type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';

export interface MinuteRow {
  readonly well: WellRef;
  readonly lane?: Lane;
  readonly tagId: number;
  /** Minutes since 1970. */
  readonly minute: number;
  /** Samples, quality good. */
  readonly values: readonly number[];
  /** Samples besides, that were not usable. */
  readonly bad?: number;
  readonly flags?: number;
  readonly late?: boolean;
}

export function windowBatchOf(rows: readonly MinuteRow[]): WindowBatch {
  const batch = allocateWindowBatch(rows.length);
  rows.forEach((row, i) => {
    const values = Float32Array.from(row.values);
    const bad = row.bad ?? 0;
    batch.wells[i] = row.well;
    batch.lanes[i] = row.lane ?? 'live';
    batch.tagIds[i] = row.tagId;
    batch.startMs[i] = row.minute * windowMs;
    batch.counts[i] = values.length + bad;
    batch.goods[i] = values.length;
    batch.flags[i] = row.flags ?? 1;
    batch.sums[i] = values.reduce((sum, v) => sum + v, 0);
    batch.sumSquares[i] = values.reduce((sum, v) => sum + v * v, 0);
    batch.mins[i] = values.length === 0 ? Number.NaN : Math.min(...values);
    batch.maxs[i] = values.length === 0 ? Number.NaN : Math.max(...values);
    batch.firsts[i] = values[0] ?? Number.NaN;
    batch.lasts[i] = values.at(-1) ?? Number.NaN;
    batch.lastMs[i] = Math.max(0, values.length - 1) * 1000;
    batch.late[i] = row.late ? 1 : 0;
  });
  batch.length = rows.length;
  return batch;
}

/** A well of a tenant whose plan includes machine learning, unless said otherwise. */
export function wellForTest(wellId: number, options: { readonly machineLearning?: boolean } = {}): WellRef {
  return {
    tenant: {
      tenantId: 1,
      slug: 'acme',
      schema: 't_acme',
      retentionDays: null,
      machineLearning: options.machineLearning ?? true,
    },
    wellId,
    siteId: 1,
    site: 'norte',
    well: `w${wellId}`,
  };
}

/** Tags of a bench's wells, by id. */
export const benchTags = [
  'well.pdg.p',
  'well.tpt.p',
  'well.tpt.t',
  'well.choke.up.p',
  'well.choke.down.t',
  'gl.qgi',
  'esp.pip',
  'esp.pdp',
  'esp.ia',
  'esp.f',
];

/** A batch a minute: every well's ten tags breathing around a level, the first well stepping away for a quarter of an hour. */
export function benchMinutes(wells: number, minutes: number): WindowBatch[] {
  const refs = Array.from({ length: wells }, (_, i) => wellForTest(i + 1));
  return Array.from({ length: minutes }, (_, m) =>
    windowBatchOf(
      refs.flatMap((well, w) =>
        benchTags.map((_tag, tagId) => {
          const away = w === 0 && m >= minutes - 20 && m < minutes - 5 ? 800 : 0;
          const level = 100 + ((m * 7 + w * 3 + tagId) % 5) + away;
          return { well, tagId, minute: 30_000_000 + m, values: [level, level + 1, level + 0.5] };
        }),
      ),
    ),
  );
}
