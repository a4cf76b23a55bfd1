/** Decides what becomes of a decoded frame: is its well known, its time possible, its identity new. */
import { BalancinError } from '#schemas/errors.js';
import type { RejectReason } from '#schemas/records/deadLetter.js';
import type { AdmittedReading, Reading } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { siteKey } from '#schemas/topics.js';
import type { Rejection } from '#pipelines/decode/rejection.js';
import type { KeyedState } from '#pipelines/operator.js';
import {
  earliestMs,
  frameAheadMaxMs,
  markClockFaults,
  measureTimeSpan,
  sampleAheadMaxMs,
} from './checkTime.js';
import { type ExpiredGap, FrameIdentities, type StreamProgress } from './frameIdentities.js';
import { isSiteKey } from './isSiteKey.js';
import { TagIds } from './tagIds.js';
import type { WellDirectory, WellLookup } from './wellDirectory.js';

const dayMs = 86_400_000;
const backfillTopic = 'edge.backfill.v1';
/** An edge numbers a few streams a well (fast, slow, events). */
const streamsMaxDefault = 32;

/** Where a frame came from. */
export interface FrameSource {
  readonly topic: string;
  /** The log's clock when it was appended, ms. */
  readonly arrivalMs: number;
  readonly key: Uint8Array | null;
  /** The directory was asked about this frame: what it does not know, it does not have. */
  readonly final: boolean;
}

/** `defer`: nothing was changed; resolve the miss and admit the same reading again, then as final. */
export type AdmitOutcome = 'admitted' | 'duplicate' | 'defer' | Rejection;

export interface AdmitOptions {
  readonly directory: WellDirectory;
  readonly streamsMax?: number;
  /** Told of each gap that memory had no more place for. */
  readonly onExpired?: (gap: ExpiredGap) => void;
}

export interface Admit {
  /** Holds the frame after 'admitted', until the next call. */
  readonly admitted: AdmittedReading;
  /** Changes `reading` in one way: samples ahead of the arrival get the quality of a clock fault. */
  admit(reading: Reading, source: FrameSource): AdmitOutcome;
  /**
   * Closes the gap of a frame that another step rejected, given that its identity was read: `Rejection.identified`, or a record
   * that made an operator throw. A replay of it is admitted once. 'defer' as in `admit`.
   */
  closeGap(reading: Reading, source: FrameSource): 'closed' | 'defer';
  progressOf(wellId: number): readonly StreamProgress[];
  /** Key: the well's id. */
  readonly state: KeyedState;
}

export function createAdmit(options: AdmitOptions): Admit {
  const { directory } = options;
  const identities = new FrameIdentities({
    streamsMax: options.streamsMax ?? streamsMaxDefault,
    ...(options.onExpired === undefined ? {} : { onExpired: options.onExpired }),
  });
  const tagIds = new TagIds(directory);
  const span = { firstMs: 0, lastMs: 0 };
  let admitted: AdmittedReading | null = null;

  /** The frame was judged new: count its number as seen, so that no gap stays open for it. */
  function rejectNew(well: WellRef, reading: Reading, reason: RejectReason, detail: string): Rejection {
    identities.note(well.wellId, identityOf(reading), true);
    return reject(reason, detail);
  }

  function admit(reading: Reading, source: FrameSource): AdmitOutcome {
    const { arrivalMs, final } = source;
    const problem = problemOfIdentity(reading, source);
    if (problem !== null) return problem;
    const well = directory.find(reading.tenant, reading.site, reading.well);
    if (typeof well === 'string') return final ? unknown(well, reading) : 'defer';
    const identity = identityOf(reading);
    switch (identities.judge(well.wellId, identity)) {
      case 'duplicate':
        return 'duplicate';
      case 'reused':
        return reject(
          'reused-sequence',
          `${sayIdentity(reading)} came before, and this one begins later than all admitted`,
        );
      case 'forgotten-epoch':
        return reject(
          'reused-sequence',
          `${sayIdentity(reading)} is of an epoch that newer ones have replaced`,
        );
      case 'stream-limit':
        return reject('stream-limit', `stream ${reading.stream} is one more than a well may have`);
      case 'new':
        break;
    }
    if (reading.sampleCount === 0)
      return rejectNew(well, reading, 'empty-frame', 'the frame holds no sample');
    measureTimeSpan(reading, span);
    if (span.firstMs < earliestMs || span.lastMs > arrivalMs + frameAheadMaxMs) {
      const detail = `samples from ${sayTime(span.firstMs)} to ${sayTime(span.lastMs)}, arrived ${sayTime(arrivalMs)}`;
      return rejectNew(well, reading, 'time-impossible', detail);
    }
    const { retentionDays } = well.tenant;
    if (retentionDays !== null && span.firstMs < arrivalMs - retentionDays * dayMs) {
      const detail = `samples from ${sayTime(span.firstMs)} on, older than the ${retentionDays} days that are kept`;
      return rejectNew(well, reading, 'past-retention', detail);
    }
    const missing = tagIds.resolve(well.tenant, reading);
    if (missing >= 0) {
      if (!final) return 'defer';
      return rejectNew(
        well,
        reading,
        'tag-limit',
        `tag ${reading.tags[missing]} is one more than the tenant may have`,
      );
    }
    if (span.lastMs > arrivalMs + sampleAheadMaxMs) markClockFaults(reading, arrivalMs + sampleAheadMaxMs);
    identities.note(well.wellId, identity, false);
    hold(reading, well, source);
    return 'admitted';
  }

  function hold(reading: Reading, well: WellRef, source: FrameSource): void {
    const lane = reading.historical || source.topic === backfillTopic ? 'backfill' : 'live';
    if (admitted === null) {
      admitted = { reading, well, lane, arrivalMs: source.arrivalMs, tagIds: tagIds.ids };
      return;
    }
    admitted.reading = reading;
    admitted.well = well;
    admitted.lane = lane;
    admitted.arrivalMs = source.arrivalMs;
    admitted.tagIds = tagIds.ids;
  }

  return {
    get admitted() {
      if (admitted === null) throw new BalancinError('BUG', 'no frame was admitted yet');
      return admitted;
    },
    admit,
    closeGap(reading, source) {
      if (problemOfIdentity(reading, source) !== null) return 'closed';
      const well = directory.find(reading.tenant, reading.site, reading.well);
      if (typeof well === 'string') return source.final ? 'closed' : 'defer';
      const identity = identityOf(reading);
      if (identities.judge(well.wellId, identity) === 'new') identities.note(well.wellId, identity, true);
      return 'closed';
    },
    progressOf: (wellId) => identities.progressOf(wellId),
    state: identities,
  };
}

const identity = { stream: '', epoch: 0, seq: 0, t0Ms: 0 };

/** One object for all frames: read before the next is judged. */
function identityOf(reading: Reading): typeof identity {
  identity.stream = reading.stream;
  identity.epoch = reading.epoch;
  identity.seq = reading.seq;
  identity.t0Ms = reading.t0Ms;
  return identity;
}

/** What a bridge would never let pass: such a frame is nobody's, and touches no one's sequence. */
function problemOfIdentity(reading: Reading, source: FrameSource): Rejection | null {
  if (!isSiteKey(source.key, reading.tenant, reading.site)) {
    const key = source.key === null ? 'none' : Buffer.from(source.key).toString('utf8');
    return reject(
      'key-mismatch',
      `the record's key is ${key}, its frame says ${siteKey(reading.tenant, reading.site)}`,
    );
  }
  if (reading.epoch < 0 || reading.seq < 0) {
    return reject('undecodable', `epoch ${reading.epoch} and seq ${reading.seq}: neither may be below 0`);
  }
  return null;
}

function unknown(lookup: Extract<WellLookup, string>, reading: Reading): Rejection {
  const { tenant, site, well } = reading;
  if (lookup === 'unknown-tenant') return reject(lookup, `there is no tenant ${tenant}`);
  return reject(lookup, `tenant ${tenant} has no well ${well} at site ${site}`);
}

function sayIdentity(reading: Reading): string {
  return `frame ${reading.seq} of well ${reading.well}, stream ${reading.stream}, epoch ${reading.epoch}`;
}

function sayTime(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? `${ms} ms` : time.toISOString();
}

function reject(reason: RejectReason, detail: string): Rejection {
  return { reason, detail, identified: true };
}
