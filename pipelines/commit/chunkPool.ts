/** Memory for encoded rows: chunks of a few sizes, used again, with a limit on what is in use. */
import { BalancinError } from '#schemas/errors.js';

/**
 * A buffer begins small, since a thread has one for every task, tenant and table (tens of thousands may be open at once),
 * and grows to what COPY likes best (64–128 KiB a message, measured).
 */
export const chunkSizesBytes = [4 * 1024, 32 * 1024, 128 * 1024] as const;

export interface Chunk {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export class ChunkPool {
  readonly #bytesMax: number;
  readonly #freeBytesMax: number;
  readonly #free = new Map<number, ArrayBuffer[]>(chunkSizesBytes.map((size) => [size, []]));
  readonly #inUse = new Set<ArrayBufferLike>();
  #inUseBytes = 0;
  #freeBytes = 0;

  /** `bytesMax` is the last guard: a cycle is to end well before it. `freeBytesMax` is what is kept for the next one. */
  constructor(options: { readonly bytesMax?: number; readonly freeBytesMax?: number } = {}) {
    this.#bytesMax = options.bytesMax ?? 512 * 1024 * 1024;
    this.#freeBytesMax = options.freeBytesMax ?? 32 * 1024 * 1024;
  }

  /** Handed out and not yet released. */
  get inUseBytes(): number {
    return this.#inUseBytes;
  }

  /** Released and kept for use again. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** A chunk with room for `bytesMin`, of the size that suits the `ordinal`-th chunk of a buffer. Throws LIMIT_REACHED. */
  acquire(bytesMin: number, ordinal: number): Chunk {
    const wanted = chunkSizesBytes[Math.min(ordinal, chunkSizesBytes.length - 1)] ?? 0;
    const size = chunkSizesBytes.find((s) => s >= wanted && s >= bytesMin) ?? bytesMin;
    if (this.#inUseBytes + size > this.#bytesMax) {
      throw new BalancinError(
        'LIMIT_REACHED',
        `rows waiting for a commit would take more than ${this.#bytesMax} bytes: end the cycle earlier`,
        { context: { inUseBytes: this.#inUseBytes, bytesMax: this.#bytesMax } },
      );
    }
    const kept = this.#free.get(size)?.pop();
    if (kept !== undefined) this.#freeBytes -= size;
    const memory = kept ?? new ArrayBuffer(size);
    this.#inUse.add(memory);
    this.#inUseBytes += size;
    return { bytes: Buffer.from(memory), view: new DataView(memory) };
  }

  /** Gives back what was acquired here; other memory, or the same a second time, is left alone. */
  release(chunks: Iterable<Uint8Array>): void {
    for (const { buffer } of chunks) {
      if (!this.#inUse.delete(buffer)) continue;
      const size = buffer.byteLength;
      this.#inUseBytes -= size;
      const kept = this.#free.get(size);
      if (kept === undefined || this.#freeBytes + size > this.#freeBytesMax) continue;
      kept.push(buffer as ArrayBuffer);
      this.#freeBytes += size;
    }
  }
}
