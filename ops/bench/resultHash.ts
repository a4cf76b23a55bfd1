/** A hash of what a bench computed, to compare runs by. */
import { createHash } from 'node:crypto';

/** First 12 hex digits of SHA-256 over the numbers as float64: sums must be exact for it to be stable. */
export function resultHash(numbers: Iterable<number>): string {
  return createHash('sha256')
    .update(new Uint8Array(Float64Array.from(numbers).buffer))
    .digest('hex')
    .slice(0, 12);
}
