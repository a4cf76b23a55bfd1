/** When the newest card of each well was taken: an older one, or the same again, is no news. */
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { Lane } from '#schemas/records/reading.js';
import type { KeyedState, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';

/** Live and backfill, surface and downhole. */
const series = 4;
/** As many as the other operators of a task watch; a card of a well beyond it is passed on unlooked at. */
const wellsMax = 65_536;

export class NewestCards implements KeyedState {
  readonly version = 1;
  readonly #newestMs = new Map<number, Float64Array>();
  readonly #changed = new Set<number>();
  readonly #packed = new PackedWriter();

  /** False where it is no news. A site's records keep their order, so nothing that is new comes late. */
  note(wellId: number, lane: Lane, place: PumpCard['place'], takenAtMs: number): boolean {
    let of = this.#newestMs.get(wellId);
    if (of === undefined) {
      if (this.#newestMs.size >= wellsMax) return true;
      of = new Float64Array(series).fill(-1);
      this.#newestMs.set(wellId, of);
    }
    const at = (lane === 'live' ? 0 : 2) + (place === 'surface' ? 0 : 1);
    if (takenAtMs <= (of[at] as number)) return false;
    of[at] = takenAtMs;
    this.#changed.add(wellId);
    return true;
  }

  drainChanges(out: StateWriter): void {
    this.#drain(out, this.#changed);
  }

  drainAll(out: StateWriter): void {
    this.#drain(out, this.#newestMs.keys());
  }

  #drain(out: StateWriter, wellIds: Iterable<number>): void {
    for (const wellId of wellIds) {
      this.#packed.clear();
      for (const ms of this.#newestMs.get(wellId) ?? []) this.#packed.integer(ms);
      out.put(wellId, this.#packed.bytes());
    }
    this.#changed.clear();
  }

  restore(key: number, value: Uint8Array): void {
    const from = new PackedReader(value);
    this.#newestMs.set(
      key,
      Float64Array.from({ length: series }, () => from.integer()),
    );
  }
}
