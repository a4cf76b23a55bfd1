/** What people decided about a well's alarms: shelves with their expiry and reason, out of service. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';

export interface Shelf {
  /** Null: the whole well. */
  readonly tag: string | null;
  readonly untilMs: number;
  readonly reason: string;
  readonly by: string;
}

/** Shelves of one well: more is a well that should be out of service. The one that expires first makes room. */
export const shelvesMax = 8;

export class Shelves {
  #shelves: readonly Shelf[] = [];
  outOfService = false;
  /** Code of `service` in the newest minute: what records of workovers and maintenance say. */
  service = 0;

  put(shelf: Shelf): void {
    const others = this.#shelves.filter(({ tag }) => tag !== shelf.tag);
    this.#shelves = [...others, shelf].sort((a, b) => a.untilMs - b.untilMs).slice(-shelvesMax);
  }

  remove(tag: string | null): void {
    this.#shelves = this.#shelves.filter((shelf) => shelf.tag !== tag);
  }

  /** Until when alarms of this first-out tag are shelved, ms; null where they are not. */
  shelvedUntilMs(tag: string | null, nowMs: number): number | null {
    let until: number | null = null;
    for (const shelf of this.#shelves)
      if ((shelf.tag === null || shelf.tag === tag) && shelf.untilMs > nowMs)
        until = Math.max(until ?? 0, shelf.untilMs);
    return until;
  }

  get size(): number {
    return this.#shelves.length;
  }

  write(out: PackedWriter): void {
    out.byte((this.outOfService ? 1 : 0) + 2 * this.service);
    out.byte(this.#shelves.length);
    for (const { tag, untilMs, reason, by } of this.#shelves) {
      out.text(tag ?? '');
      out.count(untilMs);
      out.text(reason);
      out.text(by);
    }
  }

  static read(from: PackedReader): Shelves {
    const shelves = new Shelves();
    const packed = from.byte();
    shelves.outOfService = packed % 2 === 1;
    shelves.service = packed >> 1;
    const length = from.byte();
    for (let i = 0; i < length; i++) {
      const tag = from.text();
      const untilMs = from.count();
      const reason = from.text();
      shelves.put({ tag: tag === '' ? null : tag, untilMs, reason, by: from.text() });
    }
    return shelves;
  }
}
