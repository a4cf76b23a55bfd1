/** Chooses a record's partition by its key, exactly as Kafka's default partitioner does (murmur2, seed 0x9747b28c). */

const seed = 0x9747b28c;
const mix = 0x5bd1e995;

/** murmur2 of the bytes, a signed 32-bit integer (org.apache.kafka.common.utils.Utils.murmur2). */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const wholeWords = length & ~3;
  let hash = seed ^ length;
  for (let i = 0; i < wholeWords; i += 4) {
    let word = byteAt(data, i) | (byteAt(data, i + 1) << 8) | (byteAt(data, i + 2) << 16);
    word |= byteAt(data, i + 3) << 24;
    word = Math.imul(word, mix);
    word ^= word >>> 24;
    word = Math.imul(word, mix);
    hash = Math.imul(hash, mix) ^ word;
  }
  const rest = length - wholeWords;
  if (rest === 3) hash ^= byteAt(data, wholeWords + 2) << 16;
  if (rest >= 2) hash ^= byteAt(data, wholeWords + 1) << 8;
  if (rest >= 1) {
    hash ^= byteAt(data, wholeWords);
    hash = Math.imul(hash, mix);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, mix);
  return hash ^ (hash >>> 15);
}

/** Partition in `0 … partitions - 1` of a record with this key. A text key counts as its UTF-8 bytes. */
export function partitionOf(key: string | Uint8Array, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
  // The sign bit is cleared, not negated: Kafka's Utils.toPositive.
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}

/** Callers stay within the length, so the fallback is never taken: it only satisfies the type. */
function byteAt(data: Uint8Array, index: number): number {
  return data[index] ?? 0;
}
