/** The streams that one well's frames came in, each with its latest epochs: what duplicates are told from. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { Sequence } from './sequence.js';

/** Epochs kept a stream (design §4). */
export const epochsMax = 4;

export interface Stream {
  readonly name: string;
  /** Every epoch up to this one that is not kept was forgotten; -1: none was. Epochs grow. */
  forgottenEpoch: number;
  /** The one used last first. */
  readonly epochs: Sequence[];
}

export class WellStreams {
  readonly streams: Stream[] = [];
  /** Changed since it was last written. */
  dirty = false;

  find(name: string): Stream | undefined {
    // Interned names: the first comparison is of two references. A well has one stream, or a few.
    for (const stream of this.streams) if (stream.name === name) return stream;
    return undefined;
  }

  add(name: string): Stream {
    const stream: Stream = { name, forgottenEpoch: -1, epochs: [] };
    this.streams.push(stream);
    return stream;
  }

  pack(out: PackedWriter): void {
    out.count(this.streams.length);
    for (const stream of this.streams) {
      out.text(stream.name);
      out.count(stream.forgottenEpoch + 1);
      out.count(stream.epochs.length);
      for (const sequence of stream.epochs) sequence.pack(out);
    }
  }

  static unpack(from: PackedReader): WellStreams {
    const well = new WellStreams();
    for (let n = from.count(); n > 0; n--) {
      const stream = well.add(from.text());
      stream.forgottenEpoch = from.count() - 1;
      for (let e = from.count(); e > 0; e--) stream.epochs.push(Sequence.unpack(from));
    }
    return well;
  }
}

export function sequenceOf(stream: Stream, epoch: number): Sequence | undefined {
  const { epochs } = stream;
  if (epochs[0]?.epoch === epoch) return epochs[0];
  const at = epochs.findIndex((sequence) => sequence.epoch === epoch);
  if (at < 0) return undefined;
  const sequence = epochs[at]!;
  epochs.splice(at, 1);
  epochs.unshift(sequence);
  return sequence;
}

/** Whether a new epoch may begin: one at or below what was forgotten may have been seen, nobody knows how far. */
export function isForgotten(stream: Stream, epoch: number): boolean {
  if (epoch <= stream.forgottenEpoch) return true;
  return stream.epochs.length >= epochsMax && stream.epochs.every((sequence) => sequence.epoch > epoch);
}

/** Begins an epoch; gives the lowest one where memory ran out and it was forgotten. */
export function beginEpoch(
  stream: Stream,
  epoch: number,
): { sequence: Sequence; forgotten: Sequence | null } {
  const sequence = new Sequence(epoch);
  stream.epochs.unshift(sequence);
  if (stream.epochs.length <= epochsMax) return { sequence, forgotten: null };
  const forgotten = stream.epochs.reduce((low, each) => (each.epoch < low.epoch ? each : low));
  stream.epochs.splice(stream.epochs.indexOf(forgotten), 1);
  stream.forgottenEpoch = Math.max(stream.forgottenEpoch, forgotten.epoch);
  return { sequence, forgotten };
}
