/** Which frames of each well were seen, by (stream, epoch, seq): state that duplicates, gaps and reused numbers are told from. */
import type { KeyedState, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { rangeKind, type SeqRange, type Sequence } from './sequence.js';
import { beginEpoch, isForgotten, sequenceOf, WellStreams } from './wellStreams.js';

export interface FrameIdentity {
  readonly stream: string;
  readonly epoch: number;
  readonly seq: number;
  readonly t0Ms: number;
}

/** Frames never seen that memory no longer holds a place for: should they come after all, they pass for duplicates. */
export interface ExpiredGap {
  readonly wellId: number;
  readonly stream: string;
  readonly epoch: number;
  readonly fromSeq: number;
  /** Inclusive. */
  readonly toSeq: number;
}

/** How far a stream's latest epochs have come; of a stream the greatest epoch first. */
export interface StreamProgress {
  readonly stream: string;
  readonly epoch: number;
  /** Every number up to this one was seen, or lies before the first seen; -1 where none was. */
  readonly contiguousSeq: number;
  readonly highSeq: number;
  readonly missing: readonly { readonly fromSeq: number; readonly toSeq: number }[];
}

/** `reused`: the number was seen, yet this frame begins later than all admitted of its epoch. */
export type IdentityVerdict = 'new' | 'duplicate' | 'reused' | 'forgotten-epoch' | 'stream-limit';

export interface FrameIdentitiesOptions {
  readonly streamsMax: number;
  readonly onExpired?: (gap: ExpiredGap) => void;
}

export class FrameIdentities implements KeyedState {
  readonly version = 1;
  readonly #options: FrameIdentitiesOptions;
  readonly #wells = new Map<number, WellStreams>();
  #dirty: number[] = [];
  readonly #writer = new PackedWriter();

  constructor(options: FrameIdentitiesOptions) {
    this.#options = options;
  }

  /** Changes nothing that is stored. */
  judge(wellId: number, frame: FrameIdentity): IdentityVerdict {
    const well = this.#wells.get(wellId);
    const stream = well?.find(frame.stream);
    if (stream === undefined) {
      return well !== undefined && well.streams.length >= this.#options.streamsMax ? 'stream-limit' : 'new';
    }
    const sequence = sequenceOf(stream, frame.epoch);
    if (sequence === undefined) return isForgotten(stream, frame.epoch) ? 'forgotten-epoch' : 'new';
    if (sequence.isNew(frame.seq)) return 'new';
    return frame.t0Ms > sequence.latestT0Ms ? 'reused' : 'duplicate';
  }

  /** Marks a frame judged new as admitted, or as rejected: that closes its gap, and its replay is admitted once. */
  note(wellId: number, frame: FrameIdentity, rejected: boolean): void {
    let well = this.#wells.get(wellId);
    if (well === undefined) {
      well = new WellStreams();
      this.#wells.set(wellId, well);
    }
    if (!well.dirty) {
      well.dirty = true;
      this.#dirty.push(wellId);
    }
    const stream = well.find(frame.stream) ?? well.add(frame.stream);
    let sequence = sequenceOf(stream, frame.epoch);
    if (sequence === undefined) {
      const begun = beginEpoch(stream, frame.epoch);
      sequence = begun.sequence;
      if (begun.forgotten !== null) {
        this.#expire(wellId, frame.stream, begun.forgotten.epoch, begun.forgotten.ranges);
      }
    }
    const forgotten = sequence.note(frame.seq, rejected);
    if (forgotten.length > 0) this.#expire(wellId, frame.stream, frame.epoch, forgotten);
    if (!rejected && frame.t0Ms > sequence.latestT0Ms) sequence.latestT0Ms = frame.t0Ms;
  }

  progressOf(wellId: number): readonly StreamProgress[] {
    const well = this.#wells.get(wellId);
    if (well === undefined) return [];
    // Memory has them by last use, which duplicates change and no commit stores.
    const greatestFirst = (a: Sequence, b: Sequence): number => b.epoch - a.epoch;
    return well.streams.flatMap((stream) =>
      stream.epochs.toSorted(greatestFirst).map((sequence) => {
        const gaps = sequence.ranges.filter((range) => range.kind === rangeKind.missing);
        return {
          stream: stream.name,
          epoch: sequence.epoch,
          contiguousSeq: (gaps[0]?.from ?? sequence.high + 1) - 1,
          highSeq: sequence.high,
          missing: gaps.map(({ from, to }) => ({ fromSeq: from, toSeq: to })),
        };
      }),
    );
  }

  drainChanges(out: StateWriter): void {
    for (const wellId of this.#dirty) this.#put(wellId, this.#wells.get(wellId)!, out);
    this.#dirty = [];
  }

  drainAll(out: StateWriter): void {
    for (const [wellId, well] of this.#wells) this.#put(wellId, well, out);
    this.#dirty = [];
  }

  restore(wellId: number, value: Uint8Array): void {
    this.#wells.set(wellId, WellStreams.unpack(new PackedReader(value)));
  }

  #put(wellId: number, well: WellStreams, out: StateWriter): void {
    well.dirty = false;
    this.#writer.clear();
    well.pack(this.#writer);
    out.put(wellId, this.#writer.bytes());
  }

  #expire(wellId: number, stream: string, epoch: number, ranges: readonly SeqRange[]): void {
    for (const { from, to, kind } of ranges) {
      if (kind !== rangeKind.missing) continue;
      this.#options.onExpired?.({ wellId, stream, epoch, fromSeq: from, toSeq: to });
    }
  }
}
