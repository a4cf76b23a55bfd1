/** The state of detection as bytes: what changes by the minute under one key a well, the hours of the week under others. */
import { BalancinError } from '#schemas/errors.js';
import type { Lane } from '#schemas/records/reading.js';
import type { KeyedState, StateWriter } from '#pipelines/operator.js';
import { noveltyDays } from './novelty.js';
import { noveltyBytesMax, noveltyDayBytes } from './noveltyTable.js';
import { readSensor, sensorBytesMax, writeSensor } from './sensorBytes.js';
import { settingFields } from './settingChanges.js';
import type { Watches } from './watches.js';

const lanes: readonly Lane[] = ['live', 'backfill'];

/** Before the sensors of a lane. */
const laneBytes = 20 + sensorBytesMax(settingFields);
/**
 * Keys a well: one for all that changes by the minute, then one for each day of the week with the levels of its hours, which
 * are seven tenths of a sensor's bytes and change once an hour.
 */
const keysPerWell = 1 + noveltyDays;
/** Keys are int32. */
const wellIdMax = Math.floor((2 ** 31 - 1) / keysPerWell) - 1;
const allDays = 2 ** noveltyDays - 1;

export class WatchBytes implements KeyedState {
  readonly version: number;
  readonly #watches: Watches;
  readonly #chain: number[] = [];
  #scratch = new Uint8Array(4096);
  #scratchView = new DataView(this.#scratch.buffer);

  constructor(watches: Watches, version: number) {
    this.#watches = watches;
    this.version = version;
  }

  drainChanges(out: StateWriter): void {
    this.#watches.slots.drainDirty((wellId) => this.#put(wellId, 0, out));
  }

  drainAll(out: StateWriter): void {
    this.#watches.slots.drainAll((wellId) => this.#put(wellId, allDays, out));
  }

  /** The days asked for and those that were changed, after what says which sensors the well has. */
  #put(wellId: number, daysAsked: number, out: StateWriter): void {
    if (wellId > wellIdMax)
      throw new BalancinError('LIMIT_REACHED', `wells are kept up to id ${wellIdMax}, not ${wellId}`);
    const days = daysAsked | this.#takeDaysChanged(wellId);
    const key = wellId * keysPerWell;
    out.put(key, this.#bytesOf(wellId));
    for (let day = 0; day < noveltyDays; day++)
      if ((days & (1 << day)) !== 0) out.put(key + 1 + day, this.#bytesOfDay(wellId, day));
  }

  #takeDaysChanged(wellId: number): number {
    const { slots, sensors, novelty } = this.#watches;
    let days = 0;
    for (const lane of lanes)
      for (let s = sensors.firstOf(slots.find(wellId, lane)); s >= 0; s = sensors.nextOf(s))
        if (novelty.has(s)) days |= novelty.takeDaysChanged(s);
    return days;
  }

  /**
   * A lane after the other: number of sensors (int32, -1 for a lane never seen), newest, ticks, settings; then tag id and
   * numbers of each, a byte that says whether its novelty follows, and that. The bytes are those of one scratch, good until the next call.
   */
  #bytesOf(wellId: number): Uint8Array {
    const { slots, sensors, novelty, settings, fields } = this.#watches;
    let at = 0;
    for (const lane of lanes) {
      const slot = slots.find(wellId, lane);
      const chain = this.#chainOf(slot);
      this.#reserveScratch(at + laneBytes + chain.length * (5 + sensorBytesMax(fields) + noveltyBytesMax));
      const view = this.#scratchView;
      view.setInt32(at, slot < 0 ? -1 : chain.length, true);
      at += 4;
      if (slot < 0) continue;
      view.setFloat64(at, this.#watches.newestMs(slot), true);
      view.setFloat64(at + 8, this.#watches.newestTick(slot), true);
      at += 16;
      settings.reserve(slot);
      at = writeSensor(settings.state, slot * settingFields, settingFields, view, at);
      // Oldest first, so that a restored table has the order of the original.
      for (let n = chain.length - 1; n >= 0; n--) {
        const sensor = chain[n] as number;
        view.setInt32(at, sensors.tagIdOf(sensor), true);
        at = writeSensor(sensors.state, sensor * fields, fields, view, at + 4);
        const follows = novelty.has(sensor);
        view.setUint8(at++, follows ? 1 : 0);
        if (follows) at = novelty.write(sensor, view, at);
      }
    }
    return this.#scratch.subarray(0, at);
  }

  /** A lane after the other: number of sensors that novelty looks at (int32), then tag id and hours of each. */
  #bytesOfDay(wellId: number, day: number): Uint8Array {
    const { slots, sensors, novelty } = this.#watches;
    let at = 0;
    for (const lane of lanes) {
      const chain = this.#chainOf(slots.find(wellId, lane));
      this.#reserveScratch(at + 4 + chain.length * (4 + noveltyDayBytes));
      const view = this.#scratchView;
      const countAt = at;
      let count = 0;
      at += 4;
      for (const sensor of chain) {
        if (!novelty.has(sensor)) continue;
        view.setInt32(at, sensors.tagIdOf(sensor), true);
        at = novelty.writeDay(sensor, day, view, at + 4);
        count++;
      }
      view.setInt32(countAt, count, true);
    }
    return this.#scratch.subarray(0, at);
  }

  restore(key: number, value: Uint8Array): void {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const wellId = Math.floor(key / keysPerWell);
    if (key % keysPerWell === 0) this.#restoreWell(wellId, view);
    else this.#restoreDay(wellId, (key % keysPerWell) - 1, view);
  }

  /** Comes after the well itself: a sensor that is not there went unwatched. */
  #restoreDay(wellId: number, day: number, view: DataView): void {
    const { slots, sensors, novelty } = this.#watches;
    let at = 0;
    for (const lane of lanes) {
      const slot = slots.find(wellId, lane);
      const count = at + 4 <= view.byteLength ? view.getInt32(at, true) : -1;
      at += 4;
      if (count < 0 || at + count * (4 + noveltyDayBytes) > view.byteLength) throw otherLayout();
      for (let n = 0; n < count; n++) {
        const sensor = slot < 0 ? -1 : sensors.find(slot, view.getInt32(at, true));
        at = sensor < 0 ? at + 4 + noveltyDayBytes : novelty.readDay(sensor, day, view, at + 4);
      }
    }
  }

  #restoreWell(wellId: number, view: DataView): void {
    const { slots, sensors, novelty, settings, fields } = this.#watches;
    const unwatched = new Float64Array(fields);
    let at = 0;
    for (const lane of lanes) {
      const count = at + 4 <= view.byteLength ? view.getInt32(at, true) : -2;
      at += 4;
      if (count === -1) continue;
      if (count < 0 || at + 16 > view.byteLength) throw otherLayout();
      const slot = slots.add(wellId, lane);
      if (slot >= 0) {
        settings.reserve(slot);
        this.#watches.setTime(slot, view.getFloat64(at, true), view.getFloat64(at + 8, true));
      }
      at += 16;
      const changes = slot < 0 ? new Float64Array(settingFields) : settings.state;
      at = readSensor(changes, Math.max(0, slot) * settingFields, settingFields, view, at);
      for (let n = 0; n < count; n++) {
        if (at + 4 > view.byteLength) throw otherLayout();
        const sensor = slot < 0 ? -1 : sensors.find(slot, view.getInt32(at, true));
        const into = sensor < 0 ? unwatched : sensors.state;
        at = readSensor(into, Math.max(0, sensor) * fields, fields, view, at + 4);
        if (at >= view.byteLength) throw otherLayout();
        if (view.getUint8(at++) === 1) at = novelty.read(sensor, view, at);
      }
    }
  }

  /** Newest first; the array is reused. */
  #chainOf(slot: number): readonly number[] {
    const { sensors } = this.#watches;
    this.#chain.length = 0;
    for (let s = sensors.firstOf(slot); s >= 0; s = sensors.nextOf(s)) this.#chain.push(s);
    return this.#chain;
  }

  #reserveScratch(bytes: number): void {
    if (bytes <= this.#scratch.byteLength) return;
    const grown = new Uint8Array(bytes * 2);
    grown.set(this.#scratch);
    this.#scratch = grown;
    this.#scratchView = new DataView(grown.buffer);
  }
}

function otherLayout(): BalancinError {
  return new BalancinError('STATE_VERSION', 'the stored state of detect has another layout');
}
