/** Gathers a well's rows into columns that grow; rows within one minute become one. */
import { plausible, type SignalName } from '../signals.js';

const minuteMs = 60_000;

/** A state is what it was last, a measurement the mean. */
const states: ReadonlySet<SignalName> = new Set<SignalName>(['esp.run', 'esp.trip']);

/**
 * Seconds are averaged away here, so that half a year at 1 Hz fits in memory: a minute's row carries the time of its last
 * sample. Rows a minute or more apart stay as they are. Rows may come in any order; of two at one time in different places
 * of the file the later one holds.
 */
export class SeriesRows {
  readonly #names: readonly SignalName[];
  readonly #counts: Uint32Array;
  #timesMs = new Float64Array(1024);
  #columns: Float32Array[];
  #rows = 0;
  #minute = Number.NaN;
  #rising = true;

  constructor(names: readonly SignalName[]) {
    this.#names = names;
    this.#counts = new Uint32Array(names.length);
    this.#columns = names.map(() => new Float32Array(1024));
  }

  begin(timeMs: number): void {
    // (t − 1 min, t] is the minute that ends at t: a row on the boundary belongs to the earlier one.
    const minute = Math.ceil(timeMs / minuteMs);
    if (minute === this.#minute) {
      const last = this.#rows - 1;
      this.#timesMs[last] = Math.max(this.#timesMs[last] as number, timeMs);
      return;
    }
    if (this.#rows > 0 && minute < this.#minute) this.#rising = false;
    this.#minute = minute;
    if (this.#rows === this.#timesMs.length) this.#grow();
    this.#timesMs[this.#rows] = timeMs;
    for (const column of this.#columns) column[this.#rows] = Number.NaN;
    this.#counts.fill(0);
    this.#rows++;
  }

  /** Of the row begun last; `column` counts in the order of the names. What no sensor can read is missing. */
  add(column: number, raw: number): void {
    const name = this.#names[column] as SignalName;
    const value = plausible(name, raw);
    if (Number.isNaN(value)) return;
    const values = this.#columns[column] as Float32Array;
    const at = this.#rows - 1;
    const before = this.#counts[column] as number;
    values[at] =
      before === 0 || states.has(name) ? value : ((values[at] as number) * before + value) / (before + 1);
    this.#counts[column] = before + 1;
  }

  /** Columns without one value are left out. */
  finish(): { readonly timesMs: Float64Array; readonly columns: Map<SignalName, Float32Array> } {
    const order = this.#rising ? null : this.#sorted();
    const rows = order?.length ?? this.#rows;
    const timesMs = order
      ? Float64Array.from(order, (i) => this.#timesMs[i] as number)
      : this.#timesMs.subarray(0, rows);
    const columns = new Map<SignalName, Float32Array>();
    for (const [i, name] of this.#names.entries()) {
      const from = this.#columns[i] as Float32Array;
      const values = order ? Float32Array.from(order, (k) => from[k] as number) : from.subarray(0, rows);
      if (values.some((value) => !Number.isNaN(value))) columns.set(name, values);
    }
    return { timesMs, columns };
  }

  #sorted(): number[] {
    const order = Array.from({ length: this.#rows }, (_, i) => i).sort(
      (a, b) => (this.#timesMs[a] as number) - (this.#timesMs[b] as number) || a - b,
    );
    return order.filter((i, k) => {
      const next = order[k + 1];
      return next === undefined || this.#timesMs[next] !== this.#timesMs[i];
    });
  }

  #grow(): void {
    const size = 2 * this.#timesMs.length;
    const times = new Float64Array(size);
    times.set(this.#timesMs);
    this.#timesMs = times;
    this.#columns = this.#columns.map((column) => {
      const larger = new Float32Array(size);
      larger.set(column);
      return larger;
    });
  }
}
