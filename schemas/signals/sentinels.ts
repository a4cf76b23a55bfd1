/** Numbers that loggers send in place of a value. */

/** Seen in 3W and common in SCADA exports. As float32, for that is how they arrive. */
export const sentinels: Float32Array = Float32Array.of(-999, -999.25, -9999, -99.99);

/** Whether a float32 value is one of them, to the bit: a physical value that comes near is kept. */
export function isSentinel(value: number): boolean {
  return value === -999 || value === -9999 || value === -999.25 || value === sentinels[3];
}
