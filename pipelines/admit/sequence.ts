/** Which sequence numbers of one stream and epoch were seen: the greatest, the ranges missing below it, in bounded memory. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';

/** Why a number below the greatest may still come. */
export const rangeKind = {
  /** Never seen: a gap. */
  missing: 0,
  /** Seen and dead-lettered: no gap, but its replay is admitted once. */
  rejected: 1,
  /** Below the first that was seen of the epoch: not known to exist. */
  before: 2,
} as const;
export type RangeKind = (typeof rangeKind)[keyof typeof rangeKind];

export interface SeqRange {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  readonly kind: RangeKind;
}

/** Ranges kept a stream and epoch (design §4). */
export const rangesMax = 64;

const none: readonly SeqRange[] = [];

/**
 * Invariants: ranges are ascending, disjoint, all below `high`; a number is new if and only if it is above `high` or inside a
 * range.
 */
export class Sequence {
  readonly epoch: number;
  /** Greatest number seen; -1 before the first. */
  high = -1;
  /** Latest `t0` of an admitted frame, Unix ms; -1 before the first. */
  latestT0Ms = -1;
  #ranges: SeqRange[] = [];

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  get ranges(): readonly SeqRange[] {
    return this.#ranges;
  }

  isNew(seq: number): boolean {
    return seq > this.high || (this.#ranges.length > 0 && this.#indexOf(seq) >= 0);
  }

  /** Marks a new number as admitted or rejected. Gives the oldest ranges where memory ran out and they were forgotten. */
  note(seq: number, rejected: boolean): readonly SeqRange[] {
    if (seq === this.high + 1 && !rejected) {
      this.high = seq;
      return none;
    }
    if (seq > this.high) {
      const kind = this.high < 0 ? rangeKind.before : rangeKind.missing;
      if (seq > this.high + 1) this.#ranges.push({ from: this.high + 1, to: seq - 1, kind });
      if (rejected) this.#insert(this.#ranges.length, { from: seq, to: seq, kind: rangeKind.rejected });
      this.high = seq;
    } else {
      const at = this.#indexOf(seq);
      const range = this.#ranges[at];
      if (range === undefined || (rejected && range.kind === rangeKind.rejected)) return none;
      const parts: SeqRange[] = [];
      if (range.from < seq) parts.push({ ...range, to: seq - 1 });
      if (range.to > seq) parts.push({ ...range, from: seq + 1 });
      this.#ranges.splice(at, 1, ...parts);
      const between = range.from < seq ? at + 1 : at;
      if (rejected) this.#insert(between, { from: seq, to: seq, kind: rangeKind.rejected });
    }
    return this.#ranges.length > rangesMax ? this.#ranges.splice(0, this.#ranges.length - rangesMax) : none;
  }

  pack(out: PackedWriter): void {
    out.count(this.epoch);
    out.count(this.high + 1);
    out.count(this.latestT0Ms + 1);
    out.count(this.#ranges.length);
    let at = 0;
    for (const { from, to, kind } of this.#ranges) {
      out.count(from - at);
      out.count(to - from);
      out.byte(kind);
      at = to;
    }
  }

  static unpack(from: PackedReader): Sequence {
    const sequence = new Sequence(from.count());
    sequence.high = from.count() - 1;
    sequence.latestT0Ms = from.count() - 1;
    let at = 0;
    for (let n = from.count(); n > 0; n--) {
      const first = at + from.count();
      at = first + from.count();
      sequence.#ranges.push({ from: first, to: at, kind: from.byte() as RangeKind });
    }
    return sequence;
  }

  /** Puts a rejected number in, joined with the rejected range that ends right before it. */
  #insert(at: number, range: SeqRange): void {
    const before = this.#ranges[at - 1];
    const after = this.#ranges[at];
    const joinsBefore = before?.kind === range.kind && before.to === range.from - 1;
    const joinsAfter = after?.kind === range.kind && after.from === range.to + 1;
    const joined = {
      from: joinsBefore ? before.from : range.from,
      to: joinsAfter ? after.to : range.to,
      kind: range.kind,
    };
    this.#ranges.splice(joinsBefore ? at - 1 : at, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), joined);
  }

  #indexOf(seq: number): number {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const range = this.#ranges[middle]!;
      if (seq < range.from) high = middle - 1;
      else if (seq > range.to) low = middle + 1;
      else return middle;
    }
    return -1;
  }
}
