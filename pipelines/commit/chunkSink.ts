/** Where rows are written: a growing list of chunks with a position, handed over as a whole. */
import type { Chunk, ChunkPool } from './chunkPool.js';

const none: Chunk = { bytes: Buffer.alloc(0), view: new DataView(new ArrayBuffer(0)) };

/** Writers call `reserve`, write into `view` or `memory` from `position` on, and put `position` forward. */
export class ChunkSink {
  memory: Buffer = none.bytes;
  view: DataView = none.view;
  position = 0;
  readonly #pool: ChunkPool;
  #done: Uint8Array[] = [];
  #doneBytes = 0;

  constructor(pool: ChunkPool) {
    this.#pool = pool;
  }

  get bytes(): number {
    return this.#doneBytes + this.position;
  }

  /** Makes sure that `bytes` can be written in one piece. Throws LIMIT_REACHED, leaving what was written as it is. */
  reserve(bytes: number): void {
    if (this.position + bytes <= this.memory.length) return;
    const next = this.#pool.acquire(bytes, this.#done.length + (this.position > 0 ? 1 : 0));
    this.#finishChunk();
    this.memory = next.bytes;
    this.view = next.view;
    this.position = 0;
  }

  /** All that was written; the sink is empty afterwards. Whoever takes it releases it to the pool in the end. */
  take(): Uint8Array[] {
    this.#finishChunk();
    const chunks = this.#done;
    this.#done = [];
    this.#doneBytes = 0;
    this.memory = none.bytes;
    this.view = none.view;
    this.position = 0;
    return chunks;
  }

  #finishChunk(): void {
    if (this.position === 0) {
      // Acquired and never written (too small for the first row): back it goes.
      this.#pool.release([this.memory]);
      return;
    }
    this.#done.push(this.memory.subarray(0, this.position));
    this.#doneBytes += this.position;
  }
}
