/** Says once a well since when a shadow has run on it, so that only what both could see is compared. */
import type { WellRef } from '#schemas/records/wellRef.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import type { Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';

export interface ShadowBegin {
  readonly well: WellRef;
  readonly startMs: number;
}

/** As many as the other operators of a task watch. */
const wellsMaxDefault = 65_536;

/** Of the shadow with this name; another name begins anew. */
export function createShadowWatch(
  name: string,
  wellsMax: number = wellsMaxDefault,
): Operator<WindowBatch, ShadowBegin> & { readonly refused: number } {
  return new ShadowWatch(name, wellsMax);
}

class ShadowWatch implements Operator<WindowBatch, ShadowBegin>, KeyedState {
  readonly name = 'shadow-watch';
  readonly version = 1;
  readonly state: KeyedState = this;
  readonly #shadow: string;
  readonly #wellsMax: number;
  readonly #begun = new Map<number, number>();
  readonly #changed = new Set<number>();
  readonly #packed = new PackedWriter();
  refused = 0;

  constructor(shadow: string, wellsMax: number) {
    this.#shadow = shadow;
    this.#wellsMax = wellsMax;
  }

  process(batch: WindowBatch, emit: Emit<ShadowBegin>): void {
    for (let i = 0; i < batch.length; i++) {
      const well = batch.wells[i] as WellRef;
      if (this.#begun.has(well.wellId)) continue;
      if (this.#begun.size >= this.#wellsMax) {
        this.refused++;
        continue;
      }
      const startMs = batch.startMs[i] as number;
      this.#begun.set(well.wellId, startMs);
      this.#changed.add(well.wellId);
      emit({ well, startMs });
    }
  }

  drainChanges(out: StateWriter): void {
    this.#drain(out, this.#changed);
  }

  drainAll(out: StateWriter): void {
    this.#drain(out, this.#begun.keys());
  }

  #drain(out: StateWriter, wellIds: Iterable<number>): void {
    for (const wellId of wellIds) {
      this.#packed.clear();
      this.#packed.text(this.#shadow);
      this.#packed.count(this.#begun.get(wellId) ?? 0);
      out.put(wellId, this.#packed.bytes());
    }
    this.#changed.clear();
  }

  restore(key: number, value: Uint8Array): void {
    const from = new PackedReader(value);
    if (from.text() === this.#shadow) this.#begun.set(key, from.count());
  }
}
