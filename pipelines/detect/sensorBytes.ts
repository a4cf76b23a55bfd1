/** Numbers of a sensor as bytes: zeros cost a bit, numbers that float32 holds cost four bytes, others eight. */
import { BalancinError } from '#schemas/errors.js';

/** Two sets of positions (not zero; eight bytes wide) stand before the numbers. */
const headBytes = 8;
/** Positions in an int32. */
export const fieldsMax = 32;
const exact = new Float32Array(1);

/** Most bytes that `fields` numbers may take. */
export function sensorBytesMax(fields: number): number {
  return headBytes + fields * 8;
}

/** Writes `state[from … from + fields)` at `at`; returns where it ended. */
export function writeSensor(
  state: Float64Array,
  from: number,
  fields: number,
  view: DataView,
  at: number,
): number {
  let present = 0;
  let wide = 0;
  let end = at + headBytes;
  for (let f = 0; f < fields; f++) {
    const v = state[from + f] as number;
    if (v === 0) continue;
    present |= 1 << f;
    exact[0] = v;
    if (exact[0] === v || Number.isNaN(v)) {
      view.setFloat32(end, v, true);
      end += 4;
    } else {
      wide |= 1 << f;
      view.setFloat64(end, v, true);
      end += 8;
    }
  }
  view.setInt32(at, present, true);
  view.setInt32(at + 4, wide, true);
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
    const present = view.getInt32(at, true);
    const wide = view.getInt32(at + 4, true);
    let end = at + headBytes;
    for (let f = 0; f < fields; f++) {
      const bit = 1 << f;
      if ((present & bit) === 0) {
        state[from + f] = 0;
      } else if ((wide & bit) === 0) {
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
