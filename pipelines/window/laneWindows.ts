/** The open windows of one well and lane: a list a tag, oldest first, with the lane's watermark. */
import type { Lane } from '#schemas/records/reading.js';
import { windowMs } from '#schemas/records/windowAggregate.js';
import { slotMinute, slotNext, slotWords, type WindowSlots } from './windowSlots.js';

/** Fields of a tag's entry in `table`. */
export const entryWords = 6;
export const entryTag = 0;
/** Oldest and newest open window, slots; -1 where there is none. */
export const entryHead = 1;
export const entryTail = 2;
/** Minute of the oldest; `noMinute` where there is none. */
export const entryHeadMinute = 3;
/** Late and faulted samples of this cycle, newest slot first; -1 where there is none. */
export const entryAside = 4;
export const entryOpen = 5;

export const noMinute = 2 ** 31 - 1;
const never = -(2 ** 31);
const entriesFirst = 8;

export class LaneWindows {
  readonly lane: Lane;
  /** A tag an entry of `entryWords` numbers, in the order in which the last frame named them. */
  table = new Int32Array(entriesFirst * entryWords);
  entries = 0;
  /** Windows in the tags' lists, those aside not counted. */
  open = 0;
  /** Lower bound of the minutes of open windows. */
  oldestMinute = noMinute;
  /** Greatest event time less the allowed lateness, Unix ms; below 0 before the first. Never runs backwards. */
  watermarkMs = -1;
  /** Every window before this minute has closed. */
  closedMinute = never;
  /** Cycle clock of the last cycle with a frame, ms. */
  lastActiveMs = 0;
  /** Had a frame in this cycle. */
  touched = false;
  /** Has slots aside. */
  hasAside = false;

  constructor(lane: Lane) {
    this.lane = lane;
  }

  raiseWatermark(toMs: number): void {
    if (toMs <= this.watermarkMs) return;
    this.watermarkMs = toMs;
    this.closedMinute = Math.floor(toMs / windowMs);
  }

  /** Where the tag's entry begins in `table`. Frames of a well name the same tags in the same order: `hint` mostly is it. */
  entryOf(tagId: number, hint: number): number {
    const at = hint * entryWords;
    if (hint < this.entries && this.table[at + entryTag] === tagId) return at;
    return this.#search(tagId, hint);
  }

  #search(tagId: number, hint: number): number {
    const end = this.entries * entryWords;
    let found = 0;
    while (found < end && this.table[found + entryTag] !== tagId) found += entryWords;
    if (found === end) this.#add(tagId);
    if (hint >= this.entries) return found;
    // Next time it is where the frame will look for it.
    const { table } = this;
    const at = hint * entryWords;
    for (let w = 0; w < entryWords; w++) {
      const other = table[at + w]!;
      table[at + w] = table[found + w]!;
      table[found + w] = other;
    }
    return at;
  }

  #add(tagId: number): void {
    const at = this.entries * entryWords;
    if (at === this.table.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.table);
      this.table = grown;
    }
    this.table[at + entryTag] = tagId;
    this.table[at + entryHead] = -1;
    this.table[at + entryTail] = -1;
    this.table[at + entryHeadMinute] = noMinute;
    this.table[at + entryAside] = -1;
    this.table[at + entryOpen] = 0;
    this.entries++;
  }

  /** The open window of that minute in the entry's list, made where there is none. */
  slotOf(at: number, minute: number, slots: WindowSlots): number {
    const tail = this.table[at + entryTail]!;
    if (tail >= 0 && slots.ints[tail * slotWords + slotMinute] === minute) return tail;
    return this.#insert(at, tail, minute, slots);
  }

  #insert(at: number, tail: number, minute: number, slots: WindowSlots): number {
    const { table } = this;
    let before = -1;
    if (tail >= 0 && slots.ints[tail * slotWords + slotMinute]! < minute) {
      before = tail;
    } else {
      for (let slot = table[at + entryHead]!; slot >= 0; slot = slots.ints[slot * slotWords + slotNext]!) {
        const slotAt = slots.ints[slot * slotWords + slotMinute]!;
        if (slotAt === minute) return slot;
        if (slotAt > minute) break;
        before = slot;
      }
    }
    const slot = slots.take(minute, 0);
    const { ints } = slots;
    if (before < 0) {
      ints[slot * slotWords + slotNext] = table[at + entryHead]!;
      table[at + entryHead] = slot;
      table[at + entryHeadMinute] = minute;
    } else {
      ints[slot * slotWords + slotNext] = ints[before * slotWords + slotNext]!;
      ints[before * slotWords + slotNext] = slot;
    }
    if (before === tail) table[at + entryTail] = slot;
    table[at + entryOpen]!++;
    this.open++;
    if (minute < this.oldestMinute) this.oldestMinute = minute;
    return slot;
  }

  /** Takes the oldest window out of the entry's list. The caller gives the slot back. */
  takeHead(at: number, slots: WindowSlots): number {
    const { table } = this;
    const head = table[at + entryHead]!;
    const next = slots.ints[head * slotWords + slotNext]!;
    table[at + entryHead] = next;
    table[at + entryHeadMinute] = next < 0 ? noMinute : slots.ints[next * slotWords + slotMinute]!;
    if (next < 0) table[at + entryTail] = -1;
    table[at + entryOpen]!--;
    this.open--;
    return head;
  }

  /** Takes out the oldest window but `kept`, which must not be the only one. */
  takeOldestBut(at: number, kept: number, slots: WindowSlots): number {
    const head = this.table[at + entryHead]!;
    if (head !== kept) return this.takeHead(at, slots);
    const second = slots.ints[head * slotWords + slotNext]!;
    slots.ints[head * slotWords + slotNext] = slots.ints[second * slotWords + slotNext]!;
    if (this.table[at + entryTail] === second) this.table[at + entryTail] = head;
    this.table[at + entryOpen]!--;
    this.open--;
    return second;
  }
}
