/** Windows made up from a seed, with their rows by the general encoder: what tests compare and benches measure with. */
import type { WellRef } from '#schemas/records/wellRef.js';
import { type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import { reading1m } from '#schemas/tables/reading1m.js';
import type { ChunkPool } from './chunkPool.js';
import { createRowBuffer } from './rowBuffer.js';
import type { CopyRows } from './taskCommit.js';

export interface WindowSample {
  readonly batch: WindowBatch;
  /** The batch's rows of one schema, cell by cell. */
  readonly general: (schema: string, cycle: number, pool: ChunkPool) => CopyRows;
}

/** 512 wells dealt over the schemas, ten tags each, minute after minute; every 16th window without a usable sample. */
export function createWindowBatch(
  rows: number,
  schemas: readonly string[],
  startMs = 1_767_225_600_000,
): WindowSample {
  const wells = Array.from({ length: 512 }, (_, i): WellRef => {
    const schema = schemas[i % schemas.length] ?? 't_x';
    const tenant = { tenantId: 1, slug: schema.slice(2), schema, retentionDays: null, machineLearning: true };
    return { tenant, wellId: i + 1, siteId: 1, site: 'S-1', well: `W-${i + 1}` };
  });
  // Equal tenants are one object, as the directory hands them out.
  const tenants = new Map(wells.map((w) => [w.tenant.schema, w.tenant]));
  const wellsOf = wells.map((w) => ({ ...w, tenant: tenants.get(w.tenant.schema) ?? w.tenant }));
  const batch: WindowBatch = {
    length: rows,
    wells: Array.from({ length: rows }, (_, i) => wellsOf[Math.floor(i / 10) % 512] as WellRef),
    lanes: Array.from({ length: rows }, () => 'live' as const),
    tagIds: Int32Array.from({ length: rows }, (_, i) => (i % 10) + 1),
    startMs: Float64Array.from({ length: rows }, (_, i) => startMs + Math.floor(i / 5120) * windowMs),
    counts: new Int32Array(rows).fill(60),
    goods: Int32Array.from({ length: rows }, (_, i) => (i % 16 === 15 ? 0 : 60)),
    flags: new Int32Array(rows).fill(1),
    sums: Float64Array.from({ length: rows }, (_, i) => (i * 7919) / 8),
    sumSquares: Float64Array.from({ length: rows }, (_, i) => (i * 104_729) / 64),
    mins: Float32Array.from({ length: rows }, (_, i) => -i / 8),
    maxs: Float32Array.from({ length: rows }, (_, i) => i / 8),
    firsts: Float32Array.from({ length: rows }, (_, i) => i / 16),
    lasts: Float32Array.from({ length: rows }, (_, i) => -i / 16),
    firstMs: new Int32Array(rows).fill(17),
    lastMs: new Int32Array(rows).fill(59_017),
    late: new Uint8Array(rows),
    service: new Uint8Array(rows),
  };
  return { batch, general: (schema, cycle, pool) => generalRows(batch, schema, cycle, pool) };
}

function generalRows(batch: WindowBatch, schema: string, cycle: number, pool: ChunkPool): CopyRows {
  const buffer = createRowBuffer(reading1m, schema, pool);
  for (let i = 0; i < batch.length; i++) {
    const well = batch.wells[i];
    if (well?.tenant.schema !== schema) continue;
    const extremes = [batch.mins[i], batch.maxs[i], batch.firsts[i], batch.lasts[i]];
    buffer.append(
      [
        batch.startMs[i],
        well.wellId,
        batch.tagIds[i],
        batch.counts[i],
        batch.goods[i],
        batch.flags[i],
        batch.sums[i],
        batch.sumSquares[i],
        ...(batch.goods[i] === 0 ? [null, null, null, null] : extremes),
        batch.firstMs[i],
        batch.lastMs[i],
        cycle,
      ].map((value) => value ?? null),
    );
  }
  return buffer.take() ?? { table: reading1m, schema, rows: 0, chunks: [] };
}
