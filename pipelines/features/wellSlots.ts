/** Numbers the (well, lane) pairs an operator has seen, so that its state can lie in typed arrays; knows which changed. */
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';

/** A task of the largest cell (200 tenants over 32 partitions) has far fewer; beyond it a new well is left out, counted. */
const slotsMaxDefault = 65_536;

export class WellSlots {
  readonly #slotsMax: number;
  readonly #slotOf = new Map<number, number>();
  readonly #wells: (WellRef | null)[] = [];
  readonly #wellIds: number[] = [];
  readonly #lanes: Lane[] = [];
  readonly #dirty = new Set<number>();
  /** Slots touched since the last `drainTouched`, in order of first touch. */
  readonly #touched: number[] = [];
  #isTouched = new Uint8Array(64);
  #lastWell: WellRef | null = null;
  #lastLane: Lane = 'live';
  #lastSlot = -1;
  /** Rows that were not looked at because the table was full. */
  refused = 0;

  constructor(slotsMax: number = slotsMaxDefault) {
    this.#slotsMax = slotsMax;
  }

  get size(): number {
    return this.#wellIds.length;
  }

  /** The slot of a row's well, made where new, marked as touched and changed; -1 where the table is full. */
  touch(well: WellRef, lane: Lane): number {
    if (well === this.#lastWell && lane === this.#lastLane) {
      if (this.#lastSlot < 0) this.refused++;
      return this.#lastSlot;
    }
    const slot = this.add(well.wellId, lane);
    this.#lastWell = well;
    this.#lastLane = lane;
    this.#lastSlot = slot;
    if (slot < 0) {
      this.refused++;
      return slot;
    }
    this.#wells[slot] = well;
    if (this.#isTouched[slot] === 0) {
      this.#isTouched[slot] = 1;
      this.#touched.push(slot);
      this.#dirty.add(well.wellId);
    }
    return slot;
  }

  /** As `touch`, without a mark: for what a restore brings back. */
  add(wellId: number, lane: Lane): number {
    const key = wellId * 2 + (lane === 'live' ? 0 : 1);
    const known = this.#slotOf.get(key);
    if (known !== undefined) return known;
    const slot = this.#wellIds.length;
    if (slot >= this.#slotsMax) return -1;
    this.#slotOf.set(key, slot);
    this.#wells.push(null);
    this.#wellIds.push(wellId);
    this.#lanes.push(lane);
    if (slot >= this.#isTouched.length) {
      const grown = new Uint8Array(this.#isTouched.length * 2);
      grown.set(this.#isTouched);
      this.#isTouched = grown;
    }
    return slot;
  }

  /** -1 where this well was never seen in this lane. */
  find(wellId: number, lane: Lane): number {
    return this.#slotOf.get(wellId * 2 + (lane === 'live' ? 0 : 1)) ?? -1;
  }

  /** Only for a slot that was touched since the process started. */
  wellOf(slot: number): WellRef {
    return this.#wells[slot] as WellRef;
  }

  laneOf(slot: number): Lane {
    return this.#lanes[slot] as Lane;
  }

  /** Calls back with each slot touched since the last call. */
  drainTouched(each: (slot: number) => void): void {
    for (const slot of this.#touched) {
      this.#isTouched[slot] = 0;
      each(slot);
    }
    this.#touched.length = 0;
    this.#lastWell = null;
  }

  /** Calls back with each well whose state changed since the last call. */
  drainDirty(each: (wellId: number) => void): void {
    for (const wellId of this.#dirty) each(wellId);
    this.#dirty.clear();
  }

  /** Calls back with every well, changed or not; all are clean afterwards. */
  drainAll(each: (wellId: number) => void): void {
    for (const wellId of new Set(this.#wellIds)) each(wellId);
    this.#dirty.clear();
  }
}
