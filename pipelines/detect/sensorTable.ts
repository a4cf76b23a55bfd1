/** Numbers the sensors (a tag of a well in a lane) and keeps their state in one typed array, with no object a row. */

/** Sensors an operator watches: a task of 4,096 wells × 64 tags. Beyond it new ones go unwatched, counted. */
const sensorsMaxDefault = 262_144;
const none = -1;

/** Open addressing over (slot, tagId), at most half full; the sensors of one slot are chained, newest first. */
export class SensorTable {
  readonly #fields: number;
  readonly #sensorsMax: number;
  #index = new Int32Array(256).fill(none);
  #slots = new Int32Array(128);
  #tagIds = new Int32Array(128);
  #nextOfSlot = new Int32Array(128);
  #headOfSlot = new Int32Array(128).fill(none);
  #countOfSlot = new Int32Array(128);
  /** `fields` numbers a sensor; another array after the table has grown. */
  state: Float64Array;
  size = 0;
  /** Sensors mostly come in the order in which they came first: what was found last tells which to expect. */
  #last = none;

  constructor(fields: number, sensorsMax: number = sensorsMaxDefault) {
    this.#fields = fields;
    this.#sensorsMax = sensorsMax;
    this.state = new Float64Array(128 * fields);
  }

  /** The sensor's number, made where new; -1 where the table is full. */
  find(slot: number, tagId: number): number {
    const next = this.#last + 1;
    if (next < this.size && this.#slots[next] === slot && this.#tagIds[next] === tagId) {
      this.#last = next;
      return next;
    }
    const sensor = this.#findAnywhere(slot, tagId);
    this.#last = sensor;
    return sensor;
  }

  #findAnywhere(slot: number, tagId: number): number {
    const at = this.#place(this.#index, slot, tagId);
    const known = this.#index[at] as number;
    if (known !== none || this.size >= this.#sensorsMax) return known;
    const sensor = this.size++;
    if (sensor >= this.#slots.length) this.#grow();
    this.#slots[sensor] = slot;
    this.#tagIds[sensor] = tagId;
    this.#index[at] = sensor;
    this.#chain(slot, sensor);
    if (this.size * 2 > this.#index.length) this.#rehash();
    return sensor;
  }

  /** How many sensors a slot has. */
  countOf(slot: number): number {
    return slot < this.#countOfSlot.length ? (this.#countOfSlot[slot] as number) : 0;
  }

  tagIdOf(sensor: number): number {
    return this.#tagIds[sensor] as number;
  }

  /** First sensor of a slot, then `nextOf`; -1 ends the chain. */
  firstOf(slot: number): number {
    return slot >= 0 && slot < this.#headOfSlot.length ? (this.#headOfSlot[slot] as number) : none;
  }

  nextOf(sensor: number): number {
    return this.#nextOfSlot[sensor] as number;
  }

  /** Where in the index the sensor is, or would be. */
  #place(index: Int32Array, slot: number, tagId: number): number {
    const mask = index.length - 1;
    let at = hash(slot, tagId) & mask;
    for (;;) {
      const sensor = index[at] as number;
      if (sensor === none) return at;
      if (this.#slots[sensor] === slot && this.#tagIds[sensor] === tagId) return at;
      at = (at + 1) & mask;
    }
  }

  #chain(slot: number, sensor: number): void {
    if (slot >= this.#headOfSlot.length) {
      const grown = new Int32Array(Math.max(slot + 1, this.#headOfSlot.length * 2)).fill(none);
      grown.set(this.#headOfSlot);
      this.#headOfSlot = grown;
      const counts = new Int32Array(grown.length);
      counts.set(this.#countOfSlot);
      this.#countOfSlot = counts;
    }
    this.#countOfSlot[slot] = (this.#countOfSlot[slot] as number) + 1;
    this.#nextOfSlot[sensor] = this.#headOfSlot[slot] as number;
    this.#headOfSlot[slot] = sensor;
  }

  #grow(): void {
    const room = this.#slots.length * 2;
    const wider = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(room);
      grown.set(from);
      return grown;
    };
    this.#slots = wider(this.#slots);
    this.#tagIds = wider(this.#tagIds);
    this.#nextOfSlot = wider(this.#nextOfSlot);
    const state = new Float64Array(room * this.#fields);
    state.set(this.state);
    this.state = state;
  }

  #rehash(): void {
    const index = new Int32Array(this.#index.length * 2).fill(none);
    for (let sensor = 0; sensor < this.size; sensor++)
      index[this.#place(index, this.#slots[sensor] as number, this.#tagIds[sensor] as number)] = sensor;
    this.#index = index;
  }
}

function hash(slot: number, tagId: number): number {
  let h = Math.imul(slot, 0x9e3779b1) ^ Math.imul(tagId + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
