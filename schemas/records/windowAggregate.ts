/** Closed windows as columns: mergeable partial aggregates, one row a well, tag and minute (or a late addition to one). */
import type { Lane } from './reading.js';
import type { WellRef } from './wellRef.js';

/** Window length of `reading_1m`, ms. */
export const windowMs = 60_000;

/**
 * Rows below `length` are valid and only during the call that hands the batch over.
 * Sums, extremes, first and last are over usable samples alone (quality below `badFrom`); with none they are NaN and 0.
 * Merging two partials of one window: add counts and sums, take the extremes, OR the flags; first is the least
 * (firstMs, first), last the greatest (lastMs, last): associative and commutative, so the order of arrival is no matter.
 */
export interface WindowBatch {
  length: number;
  wells: WellRef[];
  lanes: Lane[];
  tagIds: Int32Array;
  /** Start of the window, Unix ms (a multiple of `windowMs`). */
  startMs: Float64Array;
  /** All samples, usable or not. */
  counts: Int32Array;
  /** Usable samples. */
  goods: Int32Array;
  /** Bit q is set where a sample of quality code q was seen. */
  flags: Int32Array;
  sums: Float64Array;
  sumSquares: Float64Array;
  mins: Float32Array;
  maxs: Float32Array;
  firsts: Float32Array;
  lasts: Float32Array;
  /** Milliseconds after the window's start. */
  firstMs: Int32Array;
  lastMs: Int32Array;
  /** 1 where the window had closed before these samples came. */
  late: Uint8Array;
  /** One of `service`: whether the well was in service, by its records. */
  service: Uint8Array;
}

/** `back`: the first minute after it was out of service, when nothing that was known of it holds. */
export const service = { in: 0, back: 1, maintenance: 2, workover: 3 } as const;

export function isOutOfService(code: number): boolean {
  return code >= service.maintenance;
}

/** An empty batch with room for `capacity` rows. */
export function allocateWindowBatch(capacity: number): WindowBatch {
  return {
    length: 0,
    wells: [],
    lanes: [],
    tagIds: new Int32Array(capacity),
    startMs: new Float64Array(capacity),
    counts: new Int32Array(capacity),
    goods: new Int32Array(capacity),
    flags: new Int32Array(capacity),
    sums: new Float64Array(capacity),
    sumSquares: new Float64Array(capacity),
    mins: new Float32Array(capacity),
    maxs: new Float32Array(capacity),
    firsts: new Float32Array(capacity),
    lasts: new Float32Array(capacity),
    firstMs: new Int32Array(capacity),
    lastMs: new Int32Array(capacity),
    late: new Uint8Array(capacity),
    service: new Uint8Array(capacity),
  };
}
