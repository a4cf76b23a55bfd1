/** Novelty's state of all sensors it looks at, made when a sensor is first looked at; its bytes. */
import { BalancinError } from '#schemas/errors.js';
import { noveltyHours } from './novelty.js';
import { noveltyFindingFields } from './noveltyFinding.js';
import { readSensor, sensorBytesMax, writeSensor } from './sensorBytes.js';

/** Bytes a sensor: the numbers, then a float32 an hour of the week. */
export const noveltyBytesMax = sensorBytesMax(noveltyFindingFields) + 4 * noveltyHours;

export class NoveltyTable {
  #rowOf = new Int32Array(128).fill(-1);
  #rows = 0;
  /** `noveltyFindingFields` and `noveltyHours` numbers a row; other arrays after the table has grown. */
  state = new Float64Array(64 * noveltyFindingFields);
  hours = new Float32Array(64 * noveltyHours);

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
      const hours = new Float32Array(this.hours.length * 2);
      state.set(this.state);
      hours.set(this.hours);
      this.state = state;
      this.hours = hours;
    }
    return row;
  }

  /** Writes the sensor at `at`; returns where it ended. */
  write(sensor: number, view: DataView, at: number): number {
    const row = this.rowOf(sensor);
    let end = writeSensor(this.state, row * noveltyFindingFields, noveltyFindingFields, view, at);
    for (let h = 0; h < noveltyHours; h++, end += 4)
      view.setFloat32(end, this.hours[row * noveltyHours + h] as number, true);
    return end;
  }

  /** The reverse; throws STATE_VERSION where the bytes end too early. A sensor of -1 is read past. */
  read(sensor: number, view: DataView, at: number): number {
    const row = sensor < 0 ? -1 : this.rowOf(sensor);
    const state = row < 0 ? new Float64Array(noveltyFindingFields) : this.state;
    let end = readSensor(state, Math.max(0, row) * noveltyFindingFields, noveltyFindingFields, view, at);
    if (end + 4 * noveltyHours > view.byteLength)
      throw new BalancinError('STATE_VERSION', 'the stored novelty of a sensor ends too early');
    for (let h = 0; h < noveltyHours; h++, end += 4)
      if (row >= 0) this.hours[row * noveltyHours + h] = view.getFloat32(end, true);
    return end;
  }
}
