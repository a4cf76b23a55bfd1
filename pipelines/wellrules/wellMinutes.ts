/** The last hour of every well and lane, and what each rule remembers of it, in growing typed arrays; their bytes. */
import { BalancinError } from '#schemas/errors.js';
import { ruleMinutes, ruleTags } from './wellRule.js';

const cellsPerSlot = ruleMinutes * ruleTags.length;

export class WellMinuteTable {
  readonly #fields: number;
  #cells = new Float32Array(0);
  /** Number of the newest minute of a slot since 1970, -1 while empty. */
  newest = new Float64Array(0);
  /** The last minute the rules have seen. */
  judged = new Float64Array(0);
  /** `fields` numbers a slot; another array after the table has grown. */
  state = new Float64Array(0);

  /** `fields`: numbers of state of all rules together. */
  constructor(fields: number) {
    this.#fields = fields;
  }

  reserve(slots: number): void {
    const had = this.newest.length;
    if (slots <= had) return;
    const room = Math.max(16, slots, had * 2);
    const grown = (from: Float64Array, length: number, fill: number): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(length).fill(fill);
      to.set(from);
      return to;
    };
    this.newest = grown(this.newest, room, -1);
    this.judged = grown(this.judged, room, -1);
    this.state = grown(this.state, room * this.#fields, 0);
    const cells = new Float32Array(room * cellsPerSlot).fill(Number.NaN);
    cells.set(this.#cells);
    this.#cells = cells;
  }

  /** Moves a slot's newest minute forward, forgetting what is older than an hour. */
  advance(slot: number, minute: number): void {
    const from = Math.max((this.newest[slot] as number) + 1, minute - ruleMinutes + 1);
    for (let m = from; m <= minute; m++) {
      const at = this.#at(slot, m, 0);
      for (let tag = 0; tag < ruleTags.length; tag++) this.#cells[at + tag * ruleMinutes] = Number.NaN;
    }
    this.newest[slot] = minute;
  }

  /** The hour before is of another well, as it were. */
  forget(slot: number): void {
    this.#cells.fill(Number.NaN, slot * cellsPerSlot, (slot + 1) * cellsPerSlot);
  }

  put(slot: number, minute: number, tag: number, mean: number): void {
    if (minute > (this.newest[slot] as number) - ruleMinutes) this.#cells[this.#at(slot, minute, tag)] = mean;
  }

  /** Copies the hour of a tag that ends with the newest minute, newest last. */
  read(slot: number, tag: number, to: Float64Array): void {
    const cells = this.#cells;
    const begin = slot * cellsPerSlot + tag * ruleMinutes;
    // The oldest minute lies behind the newest in the ring.
    const oldest = this.#at(slot, (this.newest[slot] as number) + 1, tag);
    const older = begin + ruleMinutes - oldest;
    for (let i = 0; i < older; i++) to[i] = cells[oldest + i] as number;
    for (let i = older; i < ruleMinutes; i++) to[i] = cells[begin + i - older] as number;
  }

  #at(slot: number, minute: number, tag: number): number {
    const place = ((minute % ruleMinutes) + ruleMinutes) % ruleMinutes;
    return slot * cellsPerSlot + tag * ruleMinutes + place;
  }

  /** Bytes of one slot: newest, judged, the rules' numbers, the ring of each tag as it lies. */
  get bytesPerSlot(): number {
    return 16 + this.#fields * 8 + cellsPerSlot * 4;
  }

  write(slot: number, view: DataView, offset: number): void {
    let at = offset;
    const put = (value: number): void => {
      view.setFloat64(at, value, true);
      at += 8;
    };
    put(this.newest[slot] as number);
    put(this.judged[slot] as number);
    for (let f = 0; f < this.#fields; f++) put(this.state[slot * this.#fields + f] as number);
    for (let c = 0; c < cellsPerSlot; c++, at += 4)
      view.setFloat32(at, this.#cells[slot * cellsPerSlot + c] as number, true);
  }

  restore(slot: number, view: DataView, offset: number): void {
    if (offset + this.bytesPerSlot > view.byteLength)
      throw new BalancinError('STATE_VERSION', 'the stored state of the well rules has another layout');
    let at = offset;
    const take = (): number => {
      at += 8;
      return view.getFloat64(at - 8, true);
    };
    this.newest[slot] = take();
    this.judged[slot] = take();
    for (let f = 0; f < this.#fields; f++) this.state[slot * this.#fields + f] = take();
    for (let c = 0; c < cellsPerSlot; c++, at += 4)
      this.#cells[slot * cellsPerSlot + c] = view.getFloat32(at, true);
  }
}
