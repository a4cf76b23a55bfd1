/** Closed windows as rows of `reading_1m`, straight from the columns: the hot path into COPY, nothing allocated a row. */
import { BalancinError } from '#schemas/errors.js';
import type { TenantRef } from '#schemas/records/wellRef.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import { reading1m } from '#schemas/tables/reading1m.js';
import type { ChunkPool } from './chunkPool.js';
import { ChunkSink } from './chunkSink.js';
import { postgresEpochMs } from './copyFormat.js';
import type { CopyRows } from './taskCommit.js';

const twoTo32 = 2 ** 32;
/** Bytes of a row whose four extremes are there; 16 less where they are NULL. */
const rowBytesMax = 138;

/** What `writeRow` writes, in its order: held against the table when this module loads. */
const layout = [
  'bucket timestamptz',
  'well_id int4',
  'tag_id int4',
  'samples int4',
  'good int4',
  'flags int4',
  'sum float8',
  'sum_squares float8',
  'min float4',
  'max float4',
  'first float4',
  'last float4',
  'first_ms int4',
  'last_ms int4',
  'cycle int8',
];
if (reading1m.columns.map((c) => `${c.name} ${c.type}`).join() !== layout.join()) {
  throw new BalancinError('BUG', 'reading_1m has other columns than windowRows.ts writes');
}

interface TenantSink {
  readonly schema: string;
  readonly sink: ChunkSink;
  rows: number;
}

/** Rows of one task and cycle, kept apart by tenant. */
export class WindowRows {
  readonly #pool: ChunkPool;
  readonly #tenants = new Map<string, TenantSink>();
  #rows = 0;

  constructor(pool: ChunkPool) {
    this.#pool = pool;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Encoded and not yet taken: what ends a cycle by size. */
  get bytes(): number {
    let bytes = 0;
    for (const { sink } of this.#tenants.values()) bytes += sink.bytes;
    return bytes;
  }

  append(batch: WindowBatch, cycle: number): void {
    const cycleHigh = Math.floor(cycle / twoTo32);
    const cycleLow = cycle >>> 0;
    let tenant: TenantRef | undefined;
    let target: TenantSink | undefined;
    let bucketMs = Number.NaN;
    let bucketHigh = 0;
    let bucketLow = 0;
    const { wells, startMs } = batch;
    for (let i = 0; i < batch.length; i++) {
      const well = wells[i]!;
      if (target === undefined || well.tenant !== tenant) {
        tenant = well.tenant;
        target = this.#target(tenant.schema);
      }
      if (startMs[i] !== bucketMs) {
        bucketMs = startMs[i]!;
        const bucketUs = (bucketMs - postgresEpochMs) * 1000;
        bucketHigh = Math.floor(bucketUs / twoTo32);
        bucketLow = bucketUs >>> 0;
      }
      const { sink } = target;
      sink.reserve(rowBytesMax);
      sink.position = writeRow(
        sink.view,
        sink.position,
        batch,
        i,
        well.wellId,
        bucketHigh,
        bucketLow,
        cycleHigh,
        cycleLow,
      );
      target.rows++;
      this.#rows++;
    }
  }

  /** Hands over the rows of every tenant and begins anew. */
  take(): CopyRows[] {
    const taken: CopyRows[] = [];
    for (const { schema, sink, rows } of this.#tenants.values()) {
      taken.push({ table: reading1m, schema, rows, chunks: sink.take() });
    }
    this.#tenants.clear();
    this.#rows = 0;
    return taken;
  }

  #target(schema: string): TenantSink {
    let target = this.#tenants.get(schema);
    if (target === undefined) {
      target = { schema, sink: new ChunkSink(this.#pool), rows: 0 };
      this.#tenants.set(schema, target);
    }
    return target;
  }
}

/** Every cell is a length and its bytes, big-endian. `i` is below `batch.length`, and `rowBytesMax` are reserved. */
function writeRow(
  view: DataView,
  at: number,
  batch: WindowBatch,
  i: number,
  wellId: number,
  bucketHigh: number,
  bucketLow: number,
  cycleHigh: number,
  cycleLow: number,
): number {
  const good = batch.goods[i]!;
  view.setInt16(at, 15);
  view.setInt32(at + 2, 8);
  view.setInt32(at + 6, bucketHigh);
  view.setUint32(at + 10, bucketLow);
  view.setInt32(at + 14, 4);
  view.setInt32(at + 18, wellId);
  view.setInt32(at + 22, 4);
  view.setInt32(at + 26, batch.tagIds[i]!);
  view.setInt32(at + 30, 4);
  view.setInt32(at + 34, batch.counts[i]!);
  view.setInt32(at + 38, 4);
  view.setInt32(at + 42, good);
  view.setInt32(at + 46, 4);
  view.setInt32(at + 50, batch.flags[i]!);
  view.setInt32(at + 54, 8);
  view.setFloat64(at + 58, batch.sums[i]!);
  view.setInt32(at + 66, 8);
  view.setFloat64(at + 70, batch.sumSquares[i]!);
  let end: number;
  if (good === 0) {
    view.setInt32(at + 78, -1);
    view.setInt32(at + 82, -1);
    view.setInt32(at + 86, -1);
    view.setInt32(at + 90, -1);
    end = at + 94;
  } else {
    view.setInt32(at + 78, 4);
    view.setFloat32(at + 82, batch.mins[i]!);
    view.setInt32(at + 86, 4);
    view.setFloat32(at + 90, batch.maxs[i]!);
    view.setInt32(at + 94, 4);
    view.setFloat32(at + 98, batch.firsts[i]!);
    view.setInt32(at + 102, 4);
    view.setFloat32(at + 106, batch.lasts[i]!);
    end = at + 110;
  }
  view.setInt32(end, 4);
  view.setInt32(end + 4, batch.firstMs[i]!);
  view.setInt32(end + 8, 4);
  view.setInt32(end + 12, batch.lastMs[i]!);
  view.setInt32(end + 16, 8);
  view.setInt32(end + 20, cycleHigh);
  view.setUint32(end + 24, cycleLow);
  return end + 28;
}
