/** The windows of all wells of a task, by well id: what is stored of them between two cycles. */
import type { WellRef } from '#schemas/records/wellRef.js';
import type { KeyedState, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { entryHead, entryWords, type LaneWindows } from './laneWindows.js';
import { packWell, unpackWell, WellWindows } from './wellWindows.js';
import { slotNext, slotWords, type WindowSlots } from './windowSlots.js';

export class WellTable implements KeyedState {
  readonly version = 1;
  readonly #slots: WindowSlots;
  readonly #assertDrainable: () => void;
  readonly #wells = new Map<number, WellWindows>();
  readonly #writer = new PackedWriter();
  #dirty: WellWindows[] = [];

  /** `assertDrainable` throws while something is held that state does not carry. */
  constructor(slots: WindowSlots, assertDrainable: () => void) {
    this.#slots = slots;
    this.#assertDrainable = assertDrainable;
  }

  /** The well's windows, marked as changed; what is known of the well is brought up to date. */
  touch(well: WellRef): WellWindows {
    let windows = this.#wells.get(well.wellId);
    if (windows === undefined) {
      windows = new WellWindows(well);
      this.#wells.set(well.wellId, windows);
    }
    windows.well = well;
    this.markDirty(windows);
    return windows;
  }

  markDirty(windows: WellWindows): void {
    if (windows.dirty) return;
    windows.dirty = true;
    this.#dirty.push(windows);
  }

  all(): IterableIterator<WellWindows> {
    return this.#wells.values();
  }

  drainChanges(out: StateWriter): void {
    this.#assertDrainable();
    for (const windows of this.#dirty) this.#put(windows, out);
    this.#dirty = [];
  }

  drainAll(out: StateWriter): void {
    this.#assertDrainable();
    for (const windows of this.#wells.values()) this.#put(windows, out);
    this.#dirty = [];
  }

  restore(wellId: number, value: Uint8Array): void {
    const old = this.#wells.get(wellId);
    if (old !== undefined) {
      if (old.live !== null) this.#giveAll(old.live);
      if (old.backfill !== null) this.#giveAll(old.backfill);
    }
    this.#wells.set(wellId, unpackWell(new PackedReader(value), wellId, this.#slots));
  }

  #put(windows: WellWindows, out: StateWriter): void {
    windows.dirty = false;
    this.#writer.clear();
    packWell(this.#writer, windows, this.#slots);
    out.put(windows.well.wellId, this.#writer.bytes());
  }

  #giveAll(lane: LaneWindows): void {
    for (let at = 0; at < lane.entries * entryWords; at += entryWords) {
      let slot = lane.table[at + entryHead]!;
      while (slot >= 0) {
        const next = this.#slots.ints[slot * slotWords + slotNext]!;
        this.#slots.give(slot);
        slot = next;
      }
    }
  }
}
