/** One frame decoded to columns. The arrays are reused: they hold this frame only until the next one is decoded. */
import type { WellRef } from './wellRef.js';

export type Lane = 'live' | 'backfill';

export interface Reading {
  tenant: string;
  site: string;
  well: string;
  stream: string;
  epoch: number;
  seq: number;
  t0Ms: number;
  historical: boolean;
  seriesCount: number;
  sampleCount: number;
  /** Tag of each series, interned: equal names are one string. Valid below `seriesCount`. */
  tags: string[];
  /** Series s holds samples `[starts[s], starts[s + 1])`; length at least `seriesCount + 1`. */
  starts: Int32Array;
  /** Milliseconds after `t0Ms`. Valid below `sampleCount`, as are `values` and `quality`. */
  dtMs: Int32Array;
  values: Float32Array;
  /** Code of `schemas/signals/quality.ts`, one a sample. Written through `markQuality` alone, which keeps `allGood` true to it. */
  quality: Uint8Array;
  /** 1 where every sample of the series has quality good: sums need not look at `quality`. Valid below `seriesCount`. */
  allGood: Uint8Array;
  /** 1 where `dtMs` never goes back within the series. Valid below `seriesCount`. */
  ordered: Uint8Array;
}

/** Gives one sample of a series another quality. */
export function markQuality(reading: Reading, series: number, sample: number, code: number): void {
  reading.quality[sample] = code;
  if (code !== 0) reading.allGood[series] = 0;
}

/** A reading that passed admission: its well is known, its time possible, its identity new. */
export interface AdmittedReading {
  reading: Reading;
  well: WellRef;
  lane: Lane;
  /** The broker's clock when the record was appended, ms. */
  arrivalMs: number;
  /** Id of each series' tag in the tenant's `tag` table. Valid below `reading.seriesCount`. */
  tagIds: Int32Array;
}
