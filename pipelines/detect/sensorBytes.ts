/** Numbers of a sensor as bytes: zeros cost a bit, numbers that float32 holds cost four bytes, others eight. */
import { BalancinError } from '#schemas/errors.js';

/** Positions in an int32. */
const wordBits = 32;
/** Enough for the detectors there are, and a mistake is found early. */
export const fieldsMax = 64;
const exact = new Float32Array(1);

/** Two sets of positions (not zero; eight bytes wide) stand before the numbers of every 32 fields. */
function headBytesOf(fields: number): number {
  return 8 * Math.ceil(fields / wordBits);
}

/** Most bytes that `fields` numbers may take. */
export function sensorBytesMax(fields: number): number {
  return headBytesOf(fields) + fields * 8;
}

/** Writes `state[from … from + fields)` at `at`; returns where it ended. */
export function writeSensor(
  state: Float64Array,
  from: number,
  fields: number,
  view: DataView,
  at: number,
): number {
  let end = at + headBytesOf(fields);
  for (let word = 0; word * wordBits < fields; word++) {
    let present = 0;
    let wide = 0;
    const first = word * wordBits;
    for (let f = first; f < Math.min(fields, first + wordBits); f++) {
      const v = state[from + f] as number;
      if (v === 0) continue;
      const bit = 1 << (f - first);
      present |= bit;
      exact[0] = v;
      if (exact[0] === v || Number.isNaN(v)) {
        view.setFloat32(end, v, true);
        end += 4;
      } else {
        wide |= bit;
        view.setFloat64(end, v, true);
        end += 8;
      }
    }
    view.setInt32(at + 8 * word, present, true);
    view.setInt32(at + 8 * word + 4, wide, true);
  }
  return end;
}

/** The reverse; throws STATE_VERSION where the bytes end too early. */
export function readSensor(
  state: Float64Array,
  from: number,
  fields: number,
  view: DataView,
  at: number,
): number {
  try {
    let end = at + headBytesOf(fields);
    for (let f = 0; f < fields; f++) {
      const word = at + 8 * Math.floor(f / wordBits);
      const bit = 1 << (f % wordBits);
      if ((view.getInt32(word, true) & bit) === 0) {
        state[from + f] = 0;
      } else if ((view.getInt32(word + 4, true) & bit) === 0) {
        state[from + f] = view.getFloat32(end, true);
        end += 4;
      } else {
        state[from + f] = view.getFloat64(end, true);
        end += 8;
      }
    }
    return end;
  } catch (cause) {
    throw new BalancinError('STATE_VERSION', 'the stored state of a sensor ends too early', { cause });
  }
}
