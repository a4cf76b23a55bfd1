/** Open windows in one buffer, 64 bytes each: a window is one cache line, whichever of its numbers is needed. */

/*
 * byte 0 sum float64 · 8 sum of squares float64 · 16 min · 20 max · 24 first · 28 last, float32
 * 32 minute · 36 count · 40 good · 44 flags · 48 next slot · 52 first ms · 56 last ms · 60 late, int32
 */
export const slotDoubles = 8;
export const slotWords = 16;
export const slotSum = 0;
export const slotSumSquares = 1;
export const slotMin = 4;
export const slotMax = 5;
export const slotFirst = 6;
export const slotLast = 7;
/** Window's start in minutes since 1970. */
export const slotMinute = 8;
export const slotCount = 9;
export const slotGood = 10;
export const slotFlags = 11;
/** Next slot of the same list, -1 at its end. */
export const slotNext = 12;
export const slotFirstMs = 13;
export const slotLastMs = 14;
export const slotLate = 15;

const slotBytes = 64;
const slotsFirst = 1024;

export class WindowSlots {
  doubles: Float64Array;
  floats: Float32Array;
  ints: Int32Array;
  #capacity = slotsFirst;
  /** Slots ever used; above it none was. */
  #top = 0;
  #free = -1;
  #used = 0;

  constructor() {
    const buffer = new ArrayBuffer(slotsFirst * slotBytes);
    this.doubles = new Float64Array(buffer);
    this.floats = new Float32Array(buffer);
    this.ints = new Int32Array(buffer);
  }

  /** Windows held. */
  get used(): number {
    return this.#used;
  }

  /** An empty window. The views may be new ones after it. */
  take(minute: number, late: number): number {
    let slot = this.#free;
    if (slot >= 0) {
      this.#free = this.ints[slot * slotWords + slotNext]!;
    } else {
      if (this.#top === this.#capacity) this.#grow();
      slot = this.#top++;
    }
    this.#used++;
    const d = slot * slotDoubles;
    const w = slot * slotWords;
    this.doubles[d + slotSum] = 0;
    this.doubles[d + slotSumSquares] = 0;
    this.floats[w + slotMin] = Number.POSITIVE_INFINITY;
    this.floats[w + slotMax] = Number.NEGATIVE_INFINITY;
    this.floats[w + slotFirst] = 0;
    this.floats[w + slotLast] = 0;
    const ints = this.ints;
    ints[w + slotMinute] = minute;
    ints[w + slotCount] = 0;
    ints[w + slotGood] = 0;
    ints[w + slotFlags] = 0;
    ints[w + slotNext] = -1;
    ints[w + slotFirstMs] = 0;
    ints[w + slotLastMs] = 0;
    ints[w + slotLate] = late;
    return slot;
  }

  give(slot: number): void {
    this.ints[slot * slotWords + slotNext] = this.#free;
    this.#free = slot;
    this.#used--;
  }

  #grow(): void {
    this.#capacity *= 2;
    const buffer = new ArrayBuffer(this.#capacity * slotBytes);
    const doubles = new Float64Array(buffer);
    const ints = new Int32Array(buffer);
    // As integers: a copy as floats might change the payload of a NaN.
    ints.set(this.ints);
    this.doubles = doubles;
    this.floats = new Float32Array(buffer);
    this.ints = ints;
  }
}
