/** The state of detection: which sensors each well has, their numbers, each well's own count of minutes. */
import { BalancinError } from '#schemas/errors.js';
import { windowMs } from '#schemas/records/windowAggregate.js';
import { WellSlots } from '../features/wellSlots.js';
import { NoveltyTable } from './noveltyTable.js';
import { fieldsMax } from './sensorBytes.js';
import { SensorTable } from './sensorTable.js';
import { SettingChanges } from './settingChanges.js';

export class Watches {
  readonly slots: WellSlots;
  readonly sensors: SensorTable;
  readonly novelty = new NoveltyTable();
  readonly settings = new SettingChanges();
  readonly fields: number;
  #newestMs = new Float64Array(64);
  #ticks = new Float64Array(64);
  /** Sensors of a slot that were seen in its newest minute since the process has run: less than there were after a restore. */
  #seen = new Float64Array(64);

  constructor(options: {
    readonly fields: number;
    readonly slotsMax?: number | undefined;
    readonly sensorsMax?: number | undefined;
  }) {
    if (options.fields > fieldsMax)
      throw new BalancinError('BUG', `a sensor has ${options.fields} numbers of state, ${fieldsMax} fit`);
    this.fields = options.fields;
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

  /** As `tickOf` leaves it: for what a restore brings back. */
  setTime(slot: number, newestMs: number, tick: number): void {
    this.#reserve(slot);
    this.#newestMs[slot] = newestMs;
    this.#ticks[slot] = tick;
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
