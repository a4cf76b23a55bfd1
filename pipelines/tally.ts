/** What became of every frame and sample: each ends in exactly one outcome, so the sum closes. */
import { type RejectReason, rejectReasons } from '#schemas/records/deadLetter.js';

/** `late` samples are stored too, as one more partial of a window that had closed. */
export const outcomes = ['written', 'late', 'duplicate', 'rejected'] as const;
export type Outcome = (typeof outcomes)[number];

/** Counts since the last drain. A frame counts as `late` when any of its samples was; samples are told apart one by one. */
export class Tally {
  readonly frames: Record<Outcome, number> = { written: 0, late: 0, duplicate: 0, rejected: 0 };
  readonly samples: Record<Outcome, number> = { written: 0, late: 0, duplicate: 0, rejected: 0 };
  readonly rejectedFrames = Object.fromEntries(rejectReasons.map((r) => [r, 0])) as Record<
    RejectReason,
    number
  >;
  /** Samples stored with a bad quality (a subset of written and late). */
  badSamples = 0;
  /** Records passed, whatever became of them: counted by whoever moves the offset. */
  records = 0;
  /** Offsets that no record came for: control records, aborted or compacted ones, what lay before the first. */
  skippedOffsets = 0;
  /** Records other than frames that were accepted. */
  siteRecords = 0;

  add(other: Tally): void {
    for (const o of outcomes) {
      this.frames[o] += other.frames[o];
      this.samples[o] += other.samples[o];
    }
    for (const r of rejectReasons) this.rejectedFrames[r] += other.rejectedFrames[r];
    this.badSamples += other.badSamples;
    this.records += other.records;
    this.skippedOffsets += other.skippedOffsets;
    this.siteRecords += other.siteRecords;
  }

  reset(): void {
    for (const o of outcomes) {
      this.frames[o] = 0;
      this.samples[o] = 0;
    }
    for (const r of rejectReasons) this.rejectedFrames[r] = 0;
    this.badSamples = 0;
    this.records = 0;
    this.skippedOffsets = 0;
    this.siteRecords = 0;
  }
}
