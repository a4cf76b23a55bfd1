/** The floor: the least that any engine must do with these frames, decode and window sums, nothing checked, nothing stored. */
import type { PreparedFrames } from './preparedFrames.js';

/*
 * Trusts every byte, knows the frames' shape, keeps one open window a well and tag, never emits. It shares no code with the
 * engine, so that a mistake in one does not hide in the other.
 */

const windowMs = 60_000;
const headerBytes = 5;
/** count, sum, sum of squares, min, max, first, last, minute. */
const fields = 8;

export class Floor {
  readonly #windows = new Map<string, Float64Array>();
  readonly #decoder = new TextDecoder('latin1');
  /** By length and bytes: enough to tell the names of the prepared frames apart. */
  readonly #names = new Map<number, string>();
  #times = new Int32Array(4096);
  #values = new Float32Array(4096);
  #valueBytes = new Uint8Array(this.#values.buffer);
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  samples = 0;
  sum = 0;

  run(prepared: PreparedFrames): void {
    for (const frame of prepared.frames) this.frame(frame);
  }

  frame(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#at = headerBytes;
    this.#name();
    this.#name();
    const well = this.#name();
    this.#name();
    this.#long();
    this.#long();
    const t0 = this.#long();
    this.#at++;
    let windows = this.#windows.get(well);
    if (windows === undefined) {
      windows = new Float64Array(fields * 64);
      this.#windows.set(well, windows);
    }
    let series = 0;
    for (let n = this.#long(); n > 0; n = this.#long()) {
      for (; n > 0; n--) this.#series(windows, series++ * fields, t0);
    }
  }

  #series(windows: Float64Array, w: number, t0: number): void {
    this.#name();
    const count = this.#readTimes();
    this.#long();
    const at = this.#at;
    this.#valueBytes.set(this.#bytes.subarray(at, at + count * 4));
    this.#at = at + count * 4 + 1;
    const qualities = this.#long();
    this.#at += qualities;
    let minute = windows[w + 7]!;
    let endDt = (minute + 1) * windowMs - t0;
    let sum = windows[w + 1]!;
    let squares = windows[w + 2]!;
    let min = windows[w + 3]!;
    let max = windows[w + 4]!;
    for (let i = 0; i < count; i++) {
      const dt = this.#times[i]!;
      const value = this.#values[i]!;
      if (dt >= endDt) {
        this.sum += sum;
        minute = Math.floor((t0 + dt) / windowMs);
        endDt = (minute + 1) * windowMs - t0;
        sum = 0;
        squares = 0;
        min = value;
        max = value;
        windows[w + 5] = value;
      }
      sum += value;
      squares += value * value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    windows[w]! += count;
    windows[w + 1] = sum;
    windows[w + 2] = squares;
    windows[w + 3] = min;
    windows[w + 4] = max;
    windows[w + 6] = this.#values[count - 1]!;
    windows[w + 7] = minute;
    this.samples += count;
  }

  #readTimes(): number {
    const count = this.#long();
    const bytes = this.#bytes;
    const times = this.#times;
    let p = this.#at;
    for (let i = 0; i < count; i++) {
      let byte = bytes[p++]!;
      let z = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = bytes[p++]!;
        z |= (byte & 0x7f) << shift;
      }
      times[i] = (z >>> 1) ^ -(z & 1);
    }
    this.#at = p + 1;
    return count;
  }

  #long(): number {
    let byte = this.#bytes[this.#at++]!;
    let z = byte & 0x7f;
    for (let unit = 128; byte >= 0x80; unit *= 128) {
      byte = this.#bytes[this.#at++]!;
      z += (byte & 0x7f) * unit;
    }
    return z % 2 === 0 ? z / 2 : -(z + 1) / 2;
  }

  #name(): string {
    const length = this.#long();
    const from = this.#at;
    this.#at = from + length;
    let key = length;
    for (let i = from; i < this.#at; i++) key = (Math.imul(key, 31) + this.#bytes[i]!) | 0;
    let name = this.#names.get(key);
    if (name === undefined) {
      name = this.#decoder.decode(this.#bytes.subarray(from, this.#at));
      this.#names.set(key, name);
    }
    return name;
  }

  /** Everything summed, open windows included. */
  total(): number {
    let total = this.sum;
    for (const windows of this.#windows.values()) {
      for (let w = 0; w < windows.length; w += fields) total += windows[w + 1]!;
    }
    return total;
  }
}
