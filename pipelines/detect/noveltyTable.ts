/** Novelty's state of all sensors it looks at, made when a sensor is first looked at; its bytes. */
import { BalancinError } from '#schemas/errors.js';
import { noveltyDays, noveltyHours, takeDaysChanged } from './novelty.js';
import { noveltyFindingFields } from './noveltyFinding.js';
import { readSensor, sensorBytesMax, writeSensor } from './sensorBytes.js';

/** Bytes a sensor; its hours are apart. */
export const noveltyBytesMax = sensorBytesMax(noveltyFindingFields);
const dayHours = noveltyHours / noveltyDays;
/** Bytes of one day's hours, a float32 each. */
export const noveltyDayBytes = 4 * dayHours;

export class NoveltyTable {
  #rowOf = new Int32Array(128).fill(-1);
  #rows = 0;
  /** `noveltyFindingFields` and `noveltyHours` numbers a row; other arrays after the table has grown. */
  state = new Float64Array(64 * noveltyFindingFields);
  hours = new Float32Array(64 * noveltyHours).fill(Number.NaN);

  has(sensor: number): boolean {
    return sensor < this.#rowOf.length && (this.#rowOf[sensor] as number) >= 0;
  }

  /** The row of a sensor, made where new. As many as there are sensors, whose table has the limit. */
  rowOf(sensor: number): number {
    if (sensor >= this.#rowOf.length) {
      const wider = new Int32Array(Math.max(sensor + 1, this.#rowOf.length * 2)).fill(-1);
      wider.set(this.#rowOf);
      this.#rowOf = wider;
    }
    const known = this.#rowOf[sensor] as number;
    if (known >= 0) return known;
    const row = this.#rows++;
    this.#rowOf[sensor] = row;
    if (this.#rows * noveltyHours > this.hours.length) {
      const state = new Float64Array(this.state.length * 2);
      const hours = new Float32Array(this.hours.length * 2).fill(Number.NaN);
      state.set(this.state);
      hours.set(this.hours);
      this.state = state;
      this.hours = hours;
    }
    return row;
  }

  /** The days of the week whose hours were changed since the last call, as bits; they are to be written then. */
  takeDaysChanged(sensor: number): number {
    return takeDaysChanged(this.state, this.rowOf(sensor) * noveltyFindingFields);
  }

  /** Writes the sensor at `at`, all but its hours; returns where it ended. */
  write(sensor: number, view: DataView, at: number): number {
    return writeSensor(this.state, this.rowOf(sensor) * noveltyFindingFields, noveltyFindingFields, view, at);
  }

  /** The reverse; throws STATE_VERSION where the bytes end too early. A sensor of -1 is read past. */
  read(sensor: number, view: DataView, at: number): number {
    const row = sensor < 0 ? -1 : this.rowOf(sensor);
    const state = row < 0 ? new Float64Array(noveltyFindingFields) : this.state;
    return readSensor(state, Math.max(0, row) * noveltyFindingFields, noveltyFindingFields, view, at);
  }

  /** Writes the hours of a day, counted from 0; returns where they ended. */
  writeDay(sensor: number, day: number, view: DataView, at: number): number {
    const from = this.rowOf(sensor) * noveltyHours + day * dayHours;
    for (let h = 0; h < dayHours; h++) view.setFloat32(at + 4 * h, this.hours[from + h] as number, true);
    return at + noveltyDayBytes;
  }

  /** The reverse; throws STATE_VERSION where the bytes end too early. */
  readDay(sensor: number, day: number, view: DataView, at: number): number {
    if (at + noveltyDayBytes > view.byteLength)
      throw new BalancinError('STATE_VERSION', 'the stored hours of a sensor end too early');
    const from = this.rowOf(sensor) * noveltyHours + day * dayHours;
    for (let h = 0; h < dayHours; h++) this.hours[from + h] = view.getFloat32(at + 4 * h, true);
    return at + noveltyDayBytes;
  }
}
