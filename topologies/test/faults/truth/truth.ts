/** What must come of a log's records, as the simplest program says it: it shares no code with the engine. */

/** A record as the log holds it. */
export interface LoggedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The log's clock when it was appended, ms. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** A minute of one tag of one well. Sums, extremes, first and last are over usable samples; without any they are null. */
export interface Minute {
  samples: number;
  good: number;
  /** Bit q is set where a sample of quality q was seen. */
  flags: number;
  sum: number;
  sumSquares: number;
  min: number | null;
  max: number | null;
  /** Value of the earliest, of several the least. */
  first: number | null;
  /** Value of the latest, of several the greatest. */
  last: number | null;
  /** After the minute's start, ms; 0 without usable samples. */
  firstMs: number;
  lastMs: number;
}

export interface ExpectedLetter {
  readonly reason: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

export interface Truth {
  /** By `minuteName`. */
  readonly minutes: ReadonlyMap<string, Minute>;
  /** By `recordName`. */
  readonly deadLetters: ReadonlyMap<string, ExpectedLetter>;
  /** Frames by what becomes of them. */
  readonly frames: { admitted: number; duplicate: number; rejected: number };
  /** Samples of admitted frames. */
  readonly samples: number;
}

export function minuteName(tenant: string, site: string, well: string, tag: string, startMs: number): string {
  return [tenant, site, well, tag, new Date(startMs).toISOString()].join(' ');
}

export function recordName(record: { topic: string; partition: number; offset: number }): string {
  return `${record.topic}/${record.partition}/${record.offset}`;
}

export function emptyMinute(): Minute {
  return {
    samples: 0,
    good: 0,
    flags: 0,
    sum: 0,
    sumSquares: 0,
    min: null,
    max: null,
    first: null,
    last: null,
    firstMs: 0,
    lastMs: 0,
  };
}
