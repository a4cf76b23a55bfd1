/** The state of detection: which sensors each well has, their numbers, each well's own count of minutes; its bytes. */
import { BalancinError } from '#schemas/errors.js';
import type { Lane } from '#schemas/records/reading.js';
import { windowMs } from '#schemas/records/windowAggregate.js';
import type { KeyedState, StateWriter } from '#pipelines/operator.js';
import { WellSlots } from '../features/wellSlots.js';
import { NoveltyTable, noveltyBytesMax } from './noveltyTable.js';
import { fieldsMax, readSensor, sensorBytesMax, writeSensor } from './sensorBytes.js';
import { SensorTable } from './sensorTable.js';
import { SettingChanges, settingFields } from './settingChanges.js';

const lanes: readonly Lane[] = ['live', 'backfill'];

/** Before the sensors of a lane. */
const laneBytes = 20 + sensorBytesMax(settingFields);

export class Watches implements KeyedState {
  readonly version: number;
  readonly slots: WellSlots;
  readonly sensors: SensorTable;
  readonly novelty = new NoveltyTable();
  readonly settings = new SettingChanges();
  readonly #fields: number;
  #newestMs = new Float64Array(64);
  #ticks = new Float64Array(64);
  /** Sensors of a slot that were seen in its newest minute since the process has run: less than there were after a restore. */
  #seen = new Float64Array(64);
  readonly #chain: number[] = [];
  #scratch = new Uint8Array(4096);
  #scratchView = new DataView(this.#scratch.buffer);

  constructor(options: {
    readonly version: number;
    readonly fields: number;
    readonly slotsMax?: number | undefined;
    readonly sensorsMax?: number | undefined;
  }) {
    if (options.fields > fieldsMax)
      throw new BalancinError('BUG', `a sensor has ${options.fields} numbers of state, ${fieldsMax} fit`);
    this.version = options.version;
    this.#fields = options.fields;
    this.slots = new WellSlots(options.slotsMax);
    this.sensors = new SensorTable(options.fields, options.sensorsMax);
  }

  /**
   * The number of a minute in the well's own time, counted from 1, which stands still while the whole well is silent: a
   * sensor is missing only when its well goes on without it.
   */
  tickOf(slot: number, startMs: number): number {
    this.#reserve(slot);
    const newest = this.#newestMs[slot] as number;
    const tick = this.#ticks[slot] as number;
    if (startMs <= newest) return Math.max(1, tick - (newest - startMs) / windowMs);
    this.#newestMs[slot] = startMs;
    this.#ticks[slot] = tick + 1;
    this.#seen[slot] = 0;
    return tick + 1;
  }

  /** One more sensor of the slot was seen in its minute `tick`. */
  countSeen(slot: number, tick: number): void {
    if (tick === this.#ticks[slot]) this.#seen[slot] = (this.#seen[slot] as number) + 1;
  }

  /** Whether all sensors of the slot are known to have been seen in its newest minute: then none is missing. */
  allSeen(slot: number): boolean {
    return this.#seen[slot] === this.sensors.countOf(slot);
  }

  newestTick(slot: number): number {
    return this.#ticks[slot] ?? 0;
  }

  /** Start of the well's newest minute, ms; 0 where there was none. */
  newestMs(slot: number): number {
    return this.#newestMs[slot] ?? 0;
  }

  drainChanges(out: StateWriter): void {
    this.slots.drainDirty((wellId) => out.put(wellId, this.#bytesOf(wellId)));
  }

  drainAll(out: StateWriter): void {
    this.slots.drainAll((wellId) => out.put(wellId, this.#bytesOf(wellId)));
  }

  /**
   * A lane after the other: number of sensors (int32, -1 for a lane never seen), newest, ticks, settings; then tag id and
   * numbers of each, a byte that says whether its novelty follows, and that. The bytes are those of one scratch, good until the next call.
   */
  #bytesOf(wellId: number): Uint8Array {
    let at = 0;
    for (const lane of lanes) {
      const slot = this.slots.find(wellId, lane);
      const chain = this.#chainOf(slot);
      this.#reserveScratch(
        at + laneBytes + chain.length * (5 + sensorBytesMax(this.#fields) + noveltyBytesMax),
      );
      const view = this.#scratchView;
      view.setInt32(at, slot < 0 ? -1 : chain.length, true);
      at += 4;
      if (slot < 0) continue;
      view.setFloat64(at, this.#newestMs[slot] as number, true);
      view.setFloat64(at + 8, this.#ticks[slot] as number, true);
      at += 16;
      this.settings.reserve(slot);
      at = writeSensor(this.settings.state, slot * settingFields, settingFields, view, at);
      // Oldest first, so that a restored table has the order of the original.
      for (let n = chain.length - 1; n >= 0; n--) {
        const sensor = chain[n] as number;
        view.setInt32(at, this.sensors.tagIdOf(sensor), true);
        at = writeSensor(this.sensors.state, sensor * this.#fields, this.#fields, view, at + 4);
        const follows = this.novelty.has(sensor);
        view.setUint8(at++, follows ? 1 : 0);
        if (follows) at = this.novelty.write(sensor, view, at);
      }
    }
    return this.#scratch.subarray(0, at);
  }

  restore(key: number, value: Uint8Array): void {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const unwatched = new Float64Array(this.#fields);
    let at = 0;
    for (const lane of lanes) {
      const count = at + 4 <= value.byteLength ? view.getInt32(at, true) : -2;
      at += 4;
      if (count === -1) continue;
      if (count < 0 || at + 16 > value.byteLength)
        throw new BalancinError('STATE_VERSION', 'the stored state of detect has another layout');
      const slot = this.slots.add(key, lane);
      if (slot >= 0) {
        this.#reserve(slot);
        this.settings.reserve(slot);
        this.#newestMs[slot] = view.getFloat64(at, true);
        this.#ticks[slot] = view.getFloat64(at + 8, true);
      }
      at += 16;
      const settings = slot < 0 ? new Float64Array(settingFields) : this.settings.state;
      at = readSensor(settings, Math.max(0, slot) * settingFields, settingFields, view, at);
      for (let n = 0; n < count; n++) {
        if (at + 4 > value.byteLength)
          throw new BalancinError('STATE_VERSION', 'the stored state of detect has another layout');
        const sensor = slot < 0 ? -1 : this.sensors.find(slot, view.getInt32(at, true));
        const into = sensor < 0 ? unwatched : this.sensors.state;
        at = readSensor(into, Math.max(0, sensor) * this.#fields, this.#fields, view, at + 4);
        if (at >= value.byteLength)
          throw new BalancinError('STATE_VERSION', 'the stored state of detect has another layout');
        if (view.getUint8(at++) === 1) at = this.novelty.read(sensor, view, at);
      }
    }
  }

  /** Newest first; the array is reused. */
  #chainOf(slot: number): readonly number[] {
    this.#chain.length = 0;
    for (let s = this.sensors.firstOf(slot); s >= 0; s = this.sensors.nextOf(s)) this.#chain.push(s);
    return this.#chain;
  }

  #reserveScratch(bytes: number): void {
    if (bytes <= this.#scratch.byteLength) return;
    const grown = new Uint8Array(bytes * 2);
    grown.set(this.#scratch);
    this.#scratch = grown;
    this.#scratchView = new DataView(grown.buffer);
  }

  #reserve(slot: number): void {
    if (slot < this.#ticks.length) return;
    const wider = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(Math.max(slot + 1, from.length * 2));
      grown.set(from);
      return grown;
    };
    this.#ticks = wider(this.#ticks);
    this.#newestMs = wider(this.#newestMs);
    this.#seen = wider(this.#seen);
  }
}
