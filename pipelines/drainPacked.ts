/** Draining of state that is one packed value a well. */
import type { KeyedState } from './operator.js';
import { PackedWriter } from './packedBytes.js';

/** `changed` is emptied by either. */
export function drainPacked<Value>(
  wells: ReadonlyMap<number, Value>,
  changed: Set<number>,
  write: (packed: PackedWriter, value: Value) => void,
): Pick<KeyedState, 'drainChanges' | 'drainAll'> {
  const packed = new PackedWriter();
  const drain = (out: Parameters<KeyedState['drainAll']>[0], wellIds: Iterable<number>): void => {
    for (const wellId of wellIds) {
      const value = wells.get(wellId);
      if (value === undefined) continue;
      packed.clear();
      write(packed, value);
      out.put(wellId, packed.bytes());
    }
    changed.clear();
  };
  return {
    drainChanges: (out) => drain(out, changed),
    drainAll: (out) => drain(out, wells.keys()),
  };
}
